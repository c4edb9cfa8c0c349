#include "cli/profiles.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "cli/files.hpp"

namespace valetkey::cli {
namespace {

std::unexpected<Failure> unreadable(const std::string& path, std::string_view why) {
  return fail(kUsage, fmt::format("read {}: {}", path, why), "`valetkey profile add NAME` writes profiles");
}

Outcome<Profile> profile_in(const toml::node& node, const std::string& path, const std::string& name) {
  const auto* table = node.as_table();
  if (table == nullptr) return unreadable(path, fmt::format("profile {} is no table", name));
  Profile out;
  for (const auto& [key, value] : *table) {
    const auto text = value.value<std::string>();
    if (!text) return unreadable(path, fmt::format("profiles.{}.{} is no text", name, key.str()));
    if (key == "url") out.url = *text;
    else if (key == "key") out.key = model::Secret(*text);
    else if (key == "ca_file") out.ca_file = *text;
    else return unreadable(path, fmt::format("profiles.{}.{} is not known", name, key.str()));
  }
  if (out.url.empty() || out.key.empty()) return unreadable(path, fmt::format("profile {} has no url or no key", name));
  return out;
}

Outcome<Profiles> profiles_in(const toml::table& document, const std::string& path) {
  Profiles out;
  out.current = document["current"].value_or(std::string());
  const auto* named = document["profiles"].as_table();
  if (named == nullptr) return out;
  for (const auto& [key, value] : *named) {
    const std::string name(key.str());
    if (!is_profile_name(name)) return unreadable(path, "the name of a profile is not acceptable");
    auto profile = profile_in(value, path, name);
    if (!profile) return fail(std::move(profile.error()));
    out.named.emplace(name, std::move(*profile));
  }
  return out;
}

/// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

bool is_profile_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

Outcome<std::string> profiles_path(const Environment& environment) {
  if (const auto base = environment.get("XDG_CONFIG_HOME"); base && base->starts_with('/')) return *base + "/valetkey/profiles.toml";
  if (const auto home = environment.get("HOME")) return *home + "/.config/valetkey/profiles.toml";
  return fail(kUsage, "find the file of profiles: neither XDG_CONFIG_HOME nor HOME is set",
              "set VALETKEY_URL and VALETKEY_API_KEY instead");
}

Outcome<Profiles> load_profiles(const std::string& path) {
  if (!file_exists(path)) return Profiles{};
  auto bytes = read_private_file(path);
  if (!bytes) return fail(std::move(bytes.error()));
  try {
    return profiles_in(toml::parse(*bytes), path);
  } catch (const toml::parse_error& error) {
    // What stands in the line may be a key.
    return unreadable(path, fmt::format("line {} is not TOML", error.source().begin.line));
  }
}

Outcome<void> save_profiles(const std::string& path, const Profiles& profiles) {
  std::string text = "# Written by `valetkey profile`. It holds API keys: mode 0600, and in no repository.\n";
  if (!profiles.current.empty()) text += fmt::format("current = {}\n", quoted(profiles.current));
  for (const auto& [name, profile] : profiles.named) {
    text += fmt::format("\n[profiles.{}]\nurl = {}\nkey = {}\n", quoted(name), quoted(profile.url), quoted(profile.key.reveal()));
    if (!profile.ca_file.empty()) text += fmt::format("ca_file = {}\n", quoted(profile.ca_file));
  }
  auto saved = write_private_file(path, text);
  model::Secret::wipe(text);
  return saved;
}

}  // namespace valetkey::cli
