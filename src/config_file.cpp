#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <expected>
#include <memory>
#include <system_error>

#include "config_sources.hpp"

namespace valetkey {
namespace {

/// nullopt for what no setting takes: a number with a fraction, a date, a list of lists.
std::optional<SettingValue> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const auto& entry : *array) {
    const auto* text = entry.as_string();
    if (text == nullptr) return std::nullopt;
    list.push_back(text->get());
  }
  return list;
}

bool is_table_of_settings(std::string_view name) {
  return std::ranges::any_of(
      settings(), [&](const auto& setting) { return setting.name.starts_with(name) && setting.name.substr(name.size()).starts_with('.'); });
}

void read_table(const toml::table& table, const std::string& prefix, const std::string& path, Source& source) {
  for (const auto& [key, node] : table) {
    const auto name = prefix + model::clipped(key.str());
    auto place = fmt::format("{}:{}", path, key.source().begin.line);
    const auto* inner = node.as_table();
    if (inner != nullptr && is_table_of_settings(name)) {
      read_table(*inner, name + ".", path, source);
      continue;
    }
    const auto* setting = setting_named(name);
    auto value = value_of(node);
    if (setting == nullptr) source.faults.push_back(fmt::format("{}: {}: there is no such setting", place, name));
    else if (!value)
      source.faults.push_back(fmt::format("{}: {}: must be a text, a whole number, true, false or a list of texts", place, name));
    else source.assignments.push_back({setting, std::move(*value), std::move(place)});
  }
}

bool is_private(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 077U) == 0;
}

/// Or why not. Not by a stream, which throws for a directory.
std::expected<std::string, std::string> content_of(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) return std::unexpected(std::generic_category().message(errno));
  std::string text;
  std::array<char, 4096> chunk{};
  while (const auto count = std::fread(chunk.data(), 1, chunk.size(), file.get())) text.append(chunk.data(), count);
  if (std::ferror(file.get()) != 0) return std::unexpected(std::generic_category().message(errno));
  return text;
}

}  // namespace

Source read_config_file(const std::string& path) {
  Source source;
  auto text = content_of(path);
  if (!text) {
    source.faults.push_back(fmt::format("{}: cannot be read: {}", path, text.error()));
    return source;
  }
  try {
    read_table(toml::parse(*text), "", path, source);
  } catch (const toml::parse_error& failed) {
    source.faults.push_back(fmt::format("{}:{}: not TOML: {}", path, failed.source().begin.line, model::clipped(failed.description())));
  }
  model::Secret::wipe(*text);
  const bool has_secret = std::ranges::any_of(source.assignments, [](const auto& one) { return one.setting->is_secret; });
  if (has_secret && !is_private(path))
    source.faults.push_back(fmt::format("{}: holds a secret, and others may read or change it; run chmod 0600 {}", path, path));
  return source;
}

}  // namespace valetkey
