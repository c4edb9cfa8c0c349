#include "setting_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace valetkey {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t factor;
};
// From large to small, the unit without a suffix last.
constexpr std::array kTimes{Unit{"d", 86'400}, Unit{"h", 3'600}, Unit{"m", 60}, Unit{"s", 1}, Unit{"", 1}};
constexpr std::array kSizes{Unit{"GiB", std::int64_t{1} << 30}, Unit{"MiB", std::int64_t{1} << 20}, Unit{"KiB", std::int64_t{1} << 10},
                            Unit{"", 1}};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> measured(const SettingValue& value, std::span<const Unit> units) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  for (const auto& unit : units) {
    if (!text->ends_with(unit.suffix)) continue;
    const auto number = number_of(trimmed(std::string_view(*text).substr(0, text->size() - unit.suffix.size())));
    if (!number || *number < 0 || *number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

std::string in_largest_unit(std::int64_t number, std::span<const Unit> units) {
  for (const auto& unit : units)
    if (number != 0 && number % unit.factor == 0) return toml_text(fmt::format("{}{}", number / unit.factor, unit.suffix));
  return toml_text(std::to_string(number));
}

}  // namespace

std::optional<std::string> as_text(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::nullopt;
}

std::optional<bool> as_flag(const SettingValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  const auto text = as_text(value);
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> as_number(const SettingValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return number_of(*text);
  return std::nullopt;
}

std::optional<model::Seconds> as_duration(const SettingValue& value) {
  if (const auto seconds = measured(value, kTimes)) return model::Seconds{*seconds};
  return std::nullopt;
}

std::optional<std::int64_t> as_size(const SettingValue& value) { return measured(value, kSizes); }

std::optional<std::vector<std::string>> as_list(const SettingValue& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  const auto text = as_text(value);
  if (!text) return std::nullopt;
  std::vector<std::string> list;
  std::string_view rest = *text;
  for (;;) {
    const auto comma = rest.find(',');
    if (const auto entry = trimmed(rest.substr(0, comma)); !entry.empty()) list.emplace_back(entry);
    if (comma == std::string_view::npos) return list;
    rest.remove_prefix(comma + 1);
  }
}

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else out += c;
  }
  return out + '"';
}

std::string shown(const std::vector<std::string>& list) {
  std::vector<std::string> entries;
  for (const auto& entry : list) entries.push_back(toml_text(entry));
  return fmt::format("[{}]", fmt::join(entries, ", "));
}

std::string shown(model::Seconds duration) { return in_largest_unit(duration.count(), kTimes); }

std::string shown_size(std::int64_t bytes) { return in_largest_unit(bytes, kSizes); }

}  // namespace valetkey
