#include "events/delivery/retry_ladder.hpp"

#include <gtest/gtest.h>

namespace valetkey::events {
namespace {

using model::Milliseconds;
using model::Seconds;

TEST(RetryLadder, waits_as_long_as_the_contract_says) {
  const std::vector<std::int64_t> seconds{5, 30, 120, 600, 1800, 7200, 18'000, 36'000, 50'400, 72'000};
  for (std::size_t i = 0; i < seconds.size(); ++i) EXPECT_EQ(wait_after(static_cast<int>(i) + 1, 0), Seconds{seconds[i]}) << i;
  EXPECT_EQ(wait_after(11, 0), std::nullopt) << "ten retries are all";
  EXPECT_EQ(wait_after(0, 0), std::nullopt);
}

TEST(RetryLadder, jitter_adds_up_to_a_tenth) {
  EXPECT_EQ(wait_after(2, 0.5), Milliseconds{31'500});
  EXPECT_LT(wait_after(2, 0.999), Milliseconds{33'000});
}

struct RetryAfterCase {
  const char* value;
  std::optional<Seconds> wait;
};

TEST(RetryLadder, retry_after_is_seconds_or_a_date_and_at_most_a_day) {
  const model::WallTime now{std::chrono::sys_days{std::chrono::November / 6 / 1994} + std::chrono::hours{8} + std::chrono::minutes{49}};
  for (const auto& [value, wait] : {RetryAfterCase{"120", Seconds{120}},
                                    {"0", Seconds{0}},
                                    {"86400", Seconds{86'400}},
                                    {"86401", Seconds{86'400}},
                                    {"Sun, 06 Nov 1994 08:49:37 GMT", Seconds{37}},
                                    {"Sun, 06 Nov 1994 08:48:00 GMT", Seconds{0}},
                                    {"Wed, 09 Nov 1994 08:49:37 GMT", Seconds{86'400}},
                                    {"", std::nullopt},
                                    {"-1", std::nullopt},
                                    {"soon", std::nullopt},
                                    {"1.5", std::nullopt},
                                    {"Sun, 36 Nov 1994 08:49:37 GMT", std::nullopt},
                                    {"Sunday, 06-Nov-94 08:49:37 GMT", std::nullopt},
                                    {"99999999999999999999", std::nullopt}})
    EXPECT_EQ(read_retry_after(value, now), wait) << value;
}

}  // namespace
}  // namespace valetkey::events
