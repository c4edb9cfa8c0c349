#include "events/delivery/retry_ladder.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace valetkey::events {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<model::Seconds, 10> kLadder{model::Seconds{5}, model::Seconds{30}, minutes{2}, minutes{10}, minutes{30},
                                                 hours{2},          hours{5},           hours{10},  hours{14},   hours{20}};

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
std::optional<model::WallTime> read_http_date(std::string_view text) {
  constexpr std::size_t kLength = 29;
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != kLength || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") return std::nullopt;
  const auto day = number_of<unsigned>(text.substr(5, 2));
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto year = number_of<int>(text.substr(12, 4));
  const auto hour = number_of<int>(text.substr(17, 2));
  const auto minute = number_of<int>(text.substr(20, 2));
  const auto second = number_of<int>(text.substr(23, 2));
  if (!day || month == kMonths.end() || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
                                         std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  return model::WallTime{std::chrono::sys_days{date}} + hours{*hour} + minutes{*minute} + model::Seconds{*second};
}

}  // namespace

std::optional<model::Milliseconds> wait_after(int attempts, double fraction) {
  if (attempts < 1 || static_cast<std::size_t>(attempts) > kLadder.size()) return std::nullopt;
  const model::Milliseconds wait = kLadder[static_cast<std::size_t>(attempts) - 1];
  return wait + model::Milliseconds{static_cast<std::int64_t>(static_cast<double>(wait.count()) * 0.1 * fraction)};
}

std::optional<model::Seconds> read_retry_after(std::string_view value, model::WallTime now) {
  std::optional<model::Seconds> wait;
  if (const auto seconds = number_of<std::uint32_t>(value)) wait = model::Seconds{*seconds};
  else if (const auto at = read_http_date(value)) wait = std::chrono::ceil<model::Seconds>(*at - now);
  if (!wait) return std::nullopt;
  return std::clamp(*wait, model::Seconds{0}, kLongestRetryAfter);
}

}  // namespace valetkey::events
