#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "config_sources.hpp"

namespace valetkey {
namespace {

constexpr std::string_view kPrefix = "VALETKEY_";
// Kubernetes sets the first two for a service called valetkey; the last belongs to our tests.
constexpr std::array<std::string_view, 3> kForeign{"VALETKEY_PORT", "VALETKEY_SERVICE_", "VALETKEY_TEST_"};
// Of the client (cli/), which may be used from the same shell.
constexpr std::array<std::string_view, 3> kOfTheClient{"VALETKEY_URL", "VALETKEY_API_KEY", "VALETKEY_PROFILE"};

bool is_foreign(std::string_view variable) {
  return std::ranges::any_of(kForeign, [&](auto prefix) { return variable.starts_with(prefix); }) ||
         std::ranges::find(kOfTheClient, variable) != kOfTheClient.end();
}

}  // namespace

Source read_environment(std::span<char*> environment) {
  Source source;
  for (char* entry : environment) {
    if (entry == nullptr) break;
    char* const equals = std::strchr(entry, '=');
    const std::string_view variable(entry, equals == nullptr ? std::strlen(entry) : static_cast<std::size_t>(equals - entry));
    if (equals == nullptr || !variable.starts_with(kPrefix) || is_foreign(variable)) continue;
    const auto* setting = setting_of_variable(variable);
    const std::string_view value(equals + 1);
    if (setting == nullptr) source.faults.push_back(fmt::format("{}: there is no such setting", model::clipped(variable)));
    else if (!value.empty()) source.assignments.push_back({setting, std::string(value), std::string(variable)});
    if (setting != nullptr && setting->is_secret) OPENSSL_cleanse(equals + 1, value.size());
  }
  return source;
}

}  // namespace valetkey
