#include "cli/failure.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/text.hpp"

namespace valetkey::cli {

int tell(const Failure& failure) {
  (void)std::fflush(stdout);
  fmt::print(stderr, "error: {}\n", masked(failure.message));
  for (const auto& member : failure.members) {
    const auto name = member.where.empty() ? member.pointer : fmt::format("{} ({})", member.where, member.pointer);
    fmt::print(stderr, "  {}: {}\n", masked(name), masked(member.detail));
  }
  if (!failure.hint.empty()) fmt::print(stderr, "hint: {}\n", masked(failure.hint));
  return failure.status;
}

}  // namespace valetkey::cli
