#include "model/time.hpp"

namespace valetkey::model {
namespace {

/// The last `digits` decimal digits of a number, at `at`.
void write_number(std::string& text, std::size_t at, std::size_t digits, std::int64_t number) {
  for (std::size_t end = at + digits; end > at; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
}

/// Reads exactly `digits` decimal digits at `at` and moves past them.
std::optional<int> read_number(std::string_view text, std::size_t& at, std::size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t end = at + digits; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool skip(std::string_view text, std::size_t& at, std::string_view accepted) {
  if (at >= text.size() || accepted.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

std::optional<Milliseconds> read_fraction(std::string_view text, std::size_t& at) {
  int value = 0;
  int digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits)
    if (digits < 3) value = value * 10 + (text[at] - '0');
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return Milliseconds{value};
}

std::optional<std::chrono::minutes> read_offset(std::string_view text, std::size_t& at) {
  if (skip(text, at, "Zz")) return std::chrono::minutes{0};
  if (at >= text.size()) return std::nullopt;
  const bool behind = text[at] == '-';
  if (!skip(text, at, "+-")) return std::nullopt;
  auto hours = read_number(text, at, 2);
  if (!hours || *hours > 23 || !skip(text, at, ":")) return std::nullopt;
  auto minutes = read_number(text, at, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::chrono::minutes offset{*hours * 60 + *minutes};
  return behind ? -offset : offset;
}

}  // namespace

std::string to_rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00.000Z";
  write_number(text, 0, 4, static_cast<int>(date.year()));
  write_number(text, 5, 2, static_cast<unsigned>(date.month()));
  write_number(text, 8, 2, static_cast<unsigned>(date.day()));
  write_number(text, 11, 2, clock.hours().count());
  write_number(text, 14, 2, clock.minutes().count());
  write_number(text, 17, 2, clock.seconds().count());
  write_number(text, 20, 3, clock.subseconds().count());
  return text;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  auto year = read_number(text, at, 4);
  if (!year || !skip(text, at, "-")) return std::nullopt;
  auto month = read_number(text, at, 2);
  if (!month || !skip(text, at, "-")) return std::nullopt;
  auto day = read_number(text, at, 2);
  if (!day || !skip(text, at, "Tt ")) return std::nullopt;
  auto hour = read_number(text, at, 2);
  if (!hour || *hour > 23 || !skip(text, at, ":")) return std::nullopt;
  auto minute = read_number(text, at, 2);
  if (!minute || *minute > 59 || !skip(text, at, ":")) return std::nullopt;
  auto second = read_number(text, at, 2);
  if (!second || *second > 60) return std::nullopt;
  Milliseconds fraction{0};
  if (skip(text, at, ".")) {
    auto read = read_fraction(text, at);
    if (!read) return std::nullopt;
    fraction = *read;
  }
  auto offset = read_offset(text, at);
  if (!offset || at != text.size()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const auto time = WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + Seconds{*second} +
                    fraction - *offset;
  // Its offset may carry a time out of what four digits of a year can say.
  const std::chrono::year_month_day utc{std::chrono::floor<std::chrono::days>(time)};
  if (utc.year() < std::chrono::year{0} || utc.year() > std::chrono::year{9999}) return std::nullopt;
  return time;
}

}  // namespace valetkey::model
