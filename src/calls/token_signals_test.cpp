#include "calls/token_signals.hpp"

#include <gtest/gtest.h>

namespace valetkey::calls {
namespace {

using model::ResetUnit;
using model::Seconds;
using ports::Headers;

const model::ExpiredBody kSlack{.statuses = {200}, .path = "error", .values = {"token_expired", "invalid_auth"}};
const Headers kJson{{"Content-Type", "application/json; charset=utf-8"}};

TEST(TokenSignals, refresh_rule_09_statuses_are_those_of_the_integration) {
  EXPECT_TRUE(is_expired_status({}, 401));
  EXPECT_FALSE(is_expired_status({}, 403));
  EXPECT_TRUE(is_expired_status({.expired_statuses = {403}}, 403));
  EXPECT_FALSE(is_expired_status({.expired_statuses = {403}}, 401));
}

TEST(TokenSignals, refresh_rule_09_only_readable_json_of_the_declared_statuses_is_looked_into) {
  EXPECT_TRUE(may_hold_expiry(kSlack, 200, kJson));
  EXPECT_TRUE(may_hold_expiry(kSlack, 200, {{"content-type", "application/problem+json"}}));
  EXPECT_TRUE(may_hold_expiry(kSlack, 200, {{"Content-Type", "application/json"}, {"Content-Encoding", "Identity"}}));
  EXPECT_FALSE(may_hold_expiry(kSlack, 200, {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}));
  EXPECT_FALSE(may_hold_expiry(kSlack, 200, {{"Content-Type", "text/html"}}));
  EXPECT_FALSE(may_hold_expiry(kSlack, 200, {}));
  EXPECT_FALSE(may_hold_expiry(kSlack, 201, kJson));
  EXPECT_FALSE(may_hold_expiry({}, 200, kJson));
}

TEST(TokenSignals, refresh_rule_09_the_value_at_the_path_tells) {
  EXPECT_TRUE(holds_expiry(kSlack, R"({"ok":false,"error":"token_expired"})"));
  EXPECT_TRUE(holds_expiry(kSlack, R"({"error":"invalid_auth"})"));
  EXPECT_FALSE(holds_expiry(kSlack, R"({"error":"channel_not_found"})"));
  EXPECT_FALSE(holds_expiry(kSlack, R"({"error":{"error":"token_expired"}})"));
  EXPECT_FALSE(holds_expiry(kSlack, R"({"ok":true})"));
  EXPECT_FALSE(holds_expiry(kSlack, R"({"error":"token_expired")"));
  EXPECT_FALSE(holds_expiry(kSlack, ""));
  EXPECT_TRUE(holds_expiry({.statuses = {200}, .path = "error.code", .values = {"190"}}, R"({"error":{"code":190}})"));
}

TEST(TokenSignals, rate_limits_are_told_by_status_and_calls_left) {
  const model::RateLimitSignal github{.statuses = {429, 403}, .remaining_header = "X-RateLimit-Remaining"};
  EXPECT_TRUE(is_rate_limited({}, 429, {}));
  EXPECT_FALSE(is_rate_limited({}, 403, {}));
  EXPECT_TRUE(is_rate_limited(github, 403, {{"x-ratelimit-remaining", "0"}}));
  EXPECT_FALSE(is_rate_limited(github, 403, {{"x-ratelimit-remaining", "12"}})) << "a refusal of another kind";
  EXPECT_FALSE(is_rate_limited(github, 403, {}));
  EXPECT_TRUE(is_rate_limited(github, 429, {{"x-ratelimit-remaining", "12"}}));
}

struct ResetCase {
  ResetUnit unit;
  std::string_view value;
  std::optional<Seconds> after;
};

TEST(TokenSignals, reset_is_seconds_from_now) {
  const model::WallTime now{model::Milliseconds{1'000'000'500}};
  const ResetCase cases[] = {
      {ResetUnit::kSeconds, "30", Seconds{30}},
      {ResetUnit::kSeconds, "0", Seconds{1}},
      {ResetUnit::kSeconds, "1.9", Seconds{1}},
      {ResetUnit::kUnixSeconds, "1000030", Seconds{30}},
      {ResetUnit::kUnixSeconds, "999999", Seconds{1}},
      {ResetUnit::kUnixMilliseconds, "1000030500", Seconds{30}},
      {ResetUnit::kUnixMilliseconds, "1000030501", Seconds{31}},
      {ResetUnit::kSeconds, "1000030", Seconds{1000030}},
      {ResetUnit::kSeconds, "1700000000", std::nullopt},
      {ResetUnit::kSeconds, "soon", std::nullopt},
      {ResetUnit::kSeconds, "-5", std::nullopt},
      {ResetUnit::kSeconds, "5x", std::nullopt},
      {ResetUnit::kSeconds, "", std::nullopt},
  };
  for (const auto& [unit, value, after] : cases)
    EXPECT_EQ(reset_after({.reset_header = "X-Reset", .reset_unit = unit}, {{"x-reset", std::string(value)}}, now), after) << value;
  EXPECT_FALSE(reset_after({}, {{"x-reset", "30"}}, now));
  EXPECT_FALSE(reset_after({.reset_header = "X-Reset"}, {}, now));
}

}  // namespace
}  // namespace valetkey::calls
