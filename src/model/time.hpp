#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace valetkey::model {

using Microseconds = std::chrono::microseconds;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// A point of civil time (UTC). What is stored and what users see.
using WallTime = std::chrono::sys_time<Milliseconds>;

/// Time since boot, suspend included; never jumps. What deadlines and leases are checked against.
struct BootClock {
  using duration = Microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

/// RFC 3339 in UTC with milliseconds: 2026-01-02T03:04:05.678Z.
std::string to_rfc3339(WallTime time);

/// Accepts any RFC 3339 offset; nullopt for anything else.
std::optional<WallTime> parse_rfc3339(std::string_view text);

inline std::int64_t to_unix_ms(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime from_unix_ms(std::int64_t ms) { return WallTime{Milliseconds{ms}}; }

}  // namespace valetkey::model
