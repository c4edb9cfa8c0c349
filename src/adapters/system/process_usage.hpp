#pragma once
#include <cstdint>
#include <optional>

namespace valetkey::adapters::system {

/// What this process uses, as the kernel counts it.
struct ProcessUsage {
  std::int64_t resident_bytes = 0;
  double cpu_seconds = 0;  ///< user and system
  std::int64_t open_files = 0;
  std::int64_t most_open_files = 0;
  double started_at = 0;   ///< seconds since 1970
};

/// nullopt where /proc does not tell.
std::optional<ProcessUsage> process_usage();

}  // namespace valetkey::adapters::system
