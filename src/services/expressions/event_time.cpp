#include <array>
#include <charconv>
#include <cmath>

#include "model/http_text.hpp"
#include "services/expressions/evaluation.hpp"

namespace valetkey::services {
namespace {

/// The years 1970 to 9999, as RFC 3339 writes them.
constexpr std::int64_t kLatestMs = 253402300799999;

/// A number of seconds or milliseconds, with a fraction or an exponent where JSON gave one.
std::optional<model::WallTime> unix_time(std::string_view text, double per_unit) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  const auto ms = number * per_unit;
  if (ms < 0 || ms > static_cast<double>(kLatestMs)) return std::nullopt;
  return model::from_unix_ms(std::llround(ms));
}

std::optional<int> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (kMonths[i] == name) return static_cast<int>(i) + 1;
  return std::nullopt;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 5.6.7), rewritten as RFC 3339, which checks the numbers.
std::optional<model::WallTime> http_date(std::string_view text) {
  constexpr std::size_t kLength = 29;
  if (text.size() != kLength || text.substr(3, 2) != ", " || text.substr(25) != " GMT" || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ')
    return std::nullopt;
  const auto month = month_of(text.substr(8, 3));
  if (!month) return std::nullopt;
  std::string date(text.substr(12, 4));
  date += *month < 10 ? "-0" : "-";
  date += std::to_string(*month);
  date += '-';
  date += text.substr(5, 2);
  date += 'T';
  date += text.substr(17, 8);
  date += 'Z';
  return model::parse_rfc3339(date);
}

}  // namespace

std::optional<model::WallTime> time_of(std::string_view text, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSeconds: return unix_time(text, 1000);
    case TimeUnit::kMilliseconds: return unix_time(text, 1);
    case TimeUnit::kRfc3339: return model::parse_rfc3339(text);
    case TimeUnit::kHttpDate: return http_date(text);
  }
  return std::nullopt;
}

}  // namespace valetkey::services
