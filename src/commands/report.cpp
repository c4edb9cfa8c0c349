#include "commands/report.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "commands/command_line.hpp"

namespace valetkey::commands {

int status_of(model::Code code) { return code == model::Code::kInvalidInput ? kBadConfiguration : kRefused; }

int refused(const model::Error& error) {
  fmt::print(stderr, "valetkey: {}{}\n", error.detail, error.log.text.empty() ? "" : fmt::format(" ({})", error.log.text));
  return status_of(error.code);
}

int misused(std::string_view detail) {
  fmt::print(stderr, "valetkey: {}\n", detail);
  return kBadConfiguration;
}

}  // namespace valetkey::commands
