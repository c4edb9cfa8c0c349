#include "model/time.hpp"

#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTime = std::chrono::sys_days{std::chrono::January / 2 / 2026} + 3h + 4min + 5s + 678ms;

TEST(Time, is_written_in_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(kTime), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(WallTime{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, reads_any_offset_and_fraction) {
  for (const auto* text : {"2026-01-02T03:04:05.678Z", "2026-01-02t03:04:05.678z", "2026-01-02 03:04:05.6789Z",
                           "2026-01-02T05:34:05.678+02:30", "2026-01-01T19:04:05.678-08:00"})
    EXPECT_EQ(parse_rfc3339(text), kTime) << text;
  EXPECT_EQ(parse_rfc3339("2026-01-02T03:04:05Z"), kTime - 678ms);
  EXPECT_EQ(parse_rfc3339("2026-01-02T03:04:05.6Z"), kTime - 78ms);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z")) << "a leap second";
}

TEST(Time, refuses_anything_else) {
  for (const auto* text :
       {"", "2026-01-02", "2026-01-02T03:04:05", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-02T24:00:00Z", "2026-01-02T00:60:00Z", "2026-01-02T00:00:61Z", "2026-01-02T00:00:00.Z", "2026-01-02T00:00:00+24:00",
        "2026-01-02T00:00:00+01:60", "2026-01-02T00:00:00+1:00", "2026-01-02T00:00:00Z ", "+026-01-02T00:00:00Z", "26-01-02T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Time, stays_within_four_digits_of_a_year) {
  EXPECT_TRUE(parse_rfc3339("0000-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("0000-01-01T00:00:00+00:01"));
  EXPECT_TRUE(parse_rfc3339("9999-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
}

}  // namespace
}  // namespace valetkey::model
