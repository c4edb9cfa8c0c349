#include <fmt/format.h>
#include <sys/resource.h>

#include "adapters/system/system_clock.hpp"
#include "commands/command_line.hpp"
#include "commands/doctor_checks.hpp"

namespace valetkey::commands {
namespace {

constexpr rlim_t kFewFiles = 4'096;
// Nothing that we wrote is older, and certificates and tokens of today are not valid then.
constexpr model::WallTime kEarliest{std::chrono::sys_days{std::chrono::January / 1 / 2025}};
constexpr model::WallTime kLatest{std::chrono::sys_days{std::chrono::January / 1 / 2100}};

void check_clock(Findings& findings) {
  const auto now = adapters::system::SystemClock().wall_now();
  if (now < kEarliest || now > kLatest)
    findings.problem("clock", fmt::format("it is {} here", model::to_rfc3339(now)), "set the clock, and keep it set (NTP)", kRefused);
  else findings.ok("clock", fmt::format("{}; compare it with another", model::to_rfc3339(now)));
}

void check_open_files(Findings& findings) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  if (files.rlim_max < kFewFiles)
    findings.warning("open files", fmt::format("at most {} may be open, one for each connection", files.rlim_max),
                     "raise the hard limit (ulimit -Hn, LimitNOFILE=)");
  else findings.ok("open files", fmt::format("up to {}", files.rlim_max));
}

}  // namespace

void check_machine(Findings& findings) {
  check_clock(findings);
  check_open_files(findings);
}

}  // namespace valetkey::commands
