#include "events/delivery/breaker.hpp"

#include <gtest/gtest.h>

namespace valetkey::events {
namespace {

using Permit = Breaker::Permit;
using std::chrono::minutes;
using std::chrono::seconds;

const model::BootTime kStart{seconds{100}};

void fail(Breaker& breaker, int times, model::BootTime at) {
  for (int i = 0; i < times; ++i) breaker.failed(Permit::kSend, at, 0);
}

TEST(Breaker, opens_after_five_failures_in_a_row) {
  Breaker breaker;
  fail(breaker, 4, kStart);
  EXPECT_EQ(breaker.ask(kStart), Permit::kSend);
  breaker.succeeded();
  fail(breaker, 4, kStart);
  EXPECT_EQ(breaker.state(), BreakerState::kClosed) << "not in a row";
  fail(breaker, 1, kStart);
  EXPECT_EQ(breaker.state(), BreakerState::kOpen);
  EXPECT_EQ(breaker.ask(kStart + seconds{30} - model::Microseconds{1}), Permit::kWait);
}

TEST(Breaker, lets_one_probe_through_and_the_others_wait_for_it) {
  Breaker breaker;
  fail(breaker, 5, kStart);
  EXPECT_EQ(breaker.ask(kStart + seconds{30}), Permit::kProbe);
  EXPECT_EQ(breaker.ask(kStart + minutes{60}), Permit::kWait);
  breaker.succeeded();
  EXPECT_EQ(breaker.ask(kStart + seconds{31}), Permit::kSend);
}

TEST(Breaker, waits_longer_after_each_probe_that_fails_and_no_longer_than_half_an_hour) {
  Breaker breaker;
  auto now = kStart;
  fail(breaker, 5, now);
  for (const auto wait : {minutes{2}, minutes{10}, minutes{30}, minutes{30}}) {
    now = breaker.open_until();
    ASSERT_EQ(breaker.ask(now), Permit::kProbe);
    breaker.failed(Permit::kProbe, now, 0);
    EXPECT_EQ(breaker.open_until() - now, wait);
  }
  breaker.failed(Permit::kSend, now, 0);
  EXPECT_EQ(breaker.open_until() - now, minutes{30}) << "one that was under way before tells nothing new";
}

TEST(Breaker, a_probe_that_was_not_sent_leaves_its_place_to_the_next) {
  Breaker breaker;
  fail(breaker, 5, kStart);
  ASSERT_EQ(breaker.ask(kStart + seconds{30}), Permit::kProbe);
  breaker.returned(Permit::kProbe);
  EXPECT_EQ(breaker.ask(kStart + seconds{30}), Permit::kProbe);
  breaker.returned(Permit::kSend);
  EXPECT_EQ(breaker.state(), BreakerState::kHalfOpen) << "only the probe gives its place back";
}

TEST(Breakers, are_kept_apart) {
  Breakers breakers;
  const model::DestinationId down{"dest_down"};
  const model::DestinationId up{"dest_up"};
  for (int i = 0; i < 5; ++i) breakers.failed(down, Permit::kSend, kStart, 0);
  EXPECT_EQ(breakers.ask(down, kStart), Permit::kWait);
  EXPECT_EQ(breakers.ask(up, kStart), Permit::kSend);
  EXPECT_EQ(breakers.open_ones(), 1);
  breakers.succeeded(down);
  EXPECT_EQ(breakers.ask(down, kStart), Permit::kSend);
  EXPECT_EQ(breakers.open_ones(), 0);
}

}  // namespace
}  // namespace valetkey::events
