#include "calls/token_signals.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::calls {
namespace {

using model::equals_ignoring_case;
using model::lowered;

constexpr int kUnauthorized = 401;
constexpr int kTooManyRequests = 429;

bool contains(const std::vector<int>& statuses, int status) { return std::ranges::find(statuses, status) != statuses.end(); }

/// `application/json`, or a type that ends with `+json` (RFC 6839).
bool is_json(std::string_view content_type) {
  auto type = lowered(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

/// The whole number that a text begins with; what follows it, a fraction, is dropped.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || value < 0) return std::nullopt;
  const bool is_number = end == text.data() + text.size() || *end == '.' || *end == ' ';
  return is_number ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string_view header_of(const ports::Headers& headers, std::string_view lower_name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return equals_ignoring_case(header.first, lower_name); });
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

bool is_expired_status(const model::ProxyFacts& facts, int status) {
  return facts.expired_statuses.empty() ? status == kUnauthorized : contains(facts.expired_statuses, status);
}

bool may_hold_expiry(const model::ExpiredBody& rule, int status, const ports::Headers& headers) {
  if (!contains(rule.statuses, status) || !is_json(header_of(headers, "content-type"))) return false;
  const auto coding = header_of(headers, "content-encoding");
  return coding.empty() || equals_ignoring_case(coding, "identity");
}

bool holds_expiry(const model::ExpiredBody& rule, std::string_view body) {
  const auto document = model::parse_json(body);
  if (!document) return false;
  const auto* value = model::at_path(*document, rule.path);
  const auto text = value != nullptr ? model::scalar_text(*value) : std::nullopt;
  return text && std::ranges::find(rule.values, *text) != rule.values.end();
}

bool is_rate_limited(const model::RateLimitSignal& signal, int status, const ports::Headers& headers) {
  if (signal.statuses.empty() ? status != kTooManyRequests : !contains(signal.statuses, status)) return false;
  if (status == kTooManyRequests || signal.remaining_header.empty()) return true;
  // A status with other meanings: 403 with calls left is a refusal of another kind.
  const auto remaining = header_of(headers, lowered(signal.remaining_header));
  return !remaining.empty() && whole_number(remaining) == 0;
}

std::optional<model::Seconds> reset_after(const model::RateLimitSignal& signal, const ports::Headers& headers, model::WallTime now) {
  constexpr std::int64_t kLongest = 31 * 86'400;
  if (signal.reset_header.empty()) return std::nullopt;
  const auto told = whole_number(header_of(headers, lowered(signal.reset_header)));
  if (!told) return std::nullopt;
  const auto now_ms = std::chrono::duration_cast<model::Milliseconds>(now.time_since_epoch()).count();
  std::int64_t seconds = *told;
  if (signal.reset_unit == model::ResetUnit::kUnixSeconds) seconds = *told - now_ms / 1000;
  if (signal.reset_unit == model::ResetUnit::kUnixMilliseconds) seconds = (*told - now_ms + 999) / 1000;
  if (seconds > kLongest) return std::nullopt;  // not what was declared
  return model::Seconds{std::max<std::int64_t>(seconds, 1)};
}

}  // namespace valetkey::calls
