#pragma once
#include <optional>
#include <string_view>

#include "model/time.hpp"

namespace valetkey::events {

inline constexpr model::Seconds kLongestRetryAfter{24 * 3600};

/// How long to wait after `attempts` failed ones (1 is the first): 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, and up
/// to a tenth more by `fraction`, which is in [0, 1). nullopt: there is no further attempt.
std::optional<model::Milliseconds> wait_after(int attempts, double fraction);

/// Retry-After in seconds or as a date (RFC 9110 10.2.3), at most 24 h; nullopt for anything else.
std::optional<model::Seconds> read_retry_after(std::string_view value, model::WallTime now);

}  // namespace valetkey::events
