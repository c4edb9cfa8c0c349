#include "adapters/system/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace valetkey::adapters::system {
namespace {

/// Fields of proc(5) /proc/self/stat behind the name of the program, which may hold anything.
constexpr int kUserTicks = 11;
constexpr int kSystemTicks = 12;
constexpr int kStartTicks = 19;
constexpr int kResidentPages = 21;

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::int64_t count_open_files() {
  std::error_code error;
  std::int64_t count = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error); !error && entry != std::filesystem::directory_iterator();
       entry.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // one is the listing itself
}

}  // namespace

std::optional<ProcessUsage> process_usage() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const auto name_ends = text.rfind(')');
  if (name_ends == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_ends + 1));
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessUsage usage;
  std::string field;
  for (int i = 0; i <= kResidentPages; ++i) {
    if (!(fields >> field)) return std::nullopt;
    if (i == kUserTicks || i == kSystemTicks) usage.cpu_seconds += std::stod(field) / ticks;
    else if (i == kStartTicks) usage.started_at = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + std::stod(field) / ticks;
    else if (i == kResidentPages) usage.resident_bytes = std::stoll(field) * sysconf(_SC_PAGESIZE);
  }
  usage.open_files = count_open_files();
  rlimit most{};
  if (getrlimit(RLIMIT_NOFILE, &most) == 0) usage.most_open_files = static_cast<std::int64_t>(most.rlim_cur);
  return usage;
}

}  // namespace valetkey::adapters::system
