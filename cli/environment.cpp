#include "cli/environment.hpp"

#include <cstring>

namespace valetkey::cli {

char* Environment::value_of(std::string_view name) const {
  for (char* entry : entries_) {
    if (entry == nullptr) break;
    const std::string_view text(entry);
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=') return entry + name.size() + 1;
  }
  return nullptr;
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const char* value = value_of(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

model::Secret Environment::take(std::string_view name) const {
  char* value = value_of(name);
  if (value == nullptr) return {};
  model::Secret secret{std::string(value)};
  for (char* at = value; *at != '\0'; ++at) *at = '\0';
  return secret;
}

}  // namespace valetkey::cli
