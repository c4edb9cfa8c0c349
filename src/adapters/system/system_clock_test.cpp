#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <thread>

#include "adapters/system/system_clock.hpp"
#include "support/run_task.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::adapters::system {
namespace {

namespace asio = boost::asio;
using model::Milliseconds;

ports::Task<int> sleeper(ports::Clock& clock, Milliseconds wait, int answer) {
  co_await clock.sleep_until(clock.boot_now() + wait);
  co_return answer;
}

TEST(SystemClock, sleeps_until_boot_time_is_reached) {
  SystemClock clock;
  const auto before = clock.boot_now();
  EXPECT_EQ(test::run(sleeper(clock, Milliseconds{20}, 7)), 7);
  EXPECT_GE(clock.boot_now() - before, Milliseconds{20});
}

TEST(SystemClock, returns_at_once_when_the_time_has_passed) {
  SystemClock clock;
  EXPECT_EQ(test::run(sleeper(clock, Milliseconds{-1}, 7)), 7);
}

TEST(SystemClock, a_cancelled_sleep_ends) {
  using namespace asio::experimental::awaitable_operators;
  SystemClock clock;
  const auto winner = [](ports::Clock& c) -> ports::Task<int> {
    const auto which = co_await (sleeper(c, model::Seconds{3600}, 1) || sleeper(c, Milliseconds{1}, 2));
    co_return static_cast<int>(which.index());
  };
  EXPECT_EQ(test::run(winner(clock)), 1);
}

TEST(SteppedClock, wakes_the_due_in_order_and_leaves_the_others) {
  test::SteppedClock clock;
  asio::io_context context;
  std::vector<int> woken;
  for (const int seconds : {3, 1, 2, 5})
    asio::co_spawn(context, sleeper(clock, model::Seconds{seconds}, seconds), [&](std::exception_ptr, int n) { woken.push_back(n); });
  context.poll();
  EXPECT_EQ(clock.sleepers(), 4);
  EXPECT_EQ(clock.next_due(), clock.boot_now() + model::Seconds{1});
  clock.advance(Milliseconds{999});
  context.poll();
  EXPECT_TRUE(woken.empty());
  clock.advance(Milliseconds{1});
  context.poll();
  EXPECT_EQ(woken, (std::vector{1}));
  clock.advance(Milliseconds{2000});
  context.poll();
  EXPECT_EQ(woken, (std::vector{1, 2, 3}));
  EXPECT_TRUE(clock.step());
  context.poll();
  EXPECT_EQ(woken, (std::vector{1, 2, 3, 5}));
  EXPECT_FALSE(clock.step());
  EXPECT_EQ(model::to_rfc3339(clock.wall_now()), "2026-01-01T00:00:05.000Z");
}

TEST(SteppedClock, a_jump_of_the_wall_moves_no_sleeper) {
  test::SteppedClock clock;
  const auto boot = clock.boot_now();
  clock.set_wall_jump(-model::Seconds{3600});
  EXPECT_EQ(clock.boot_now(), boot);
  EXPECT_EQ(model::to_rfc3339(clock.wall_now()), "2025-12-31T23:00:00.000Z");
}

TEST(SteppedClock, forgets_a_sleeper_that_was_cancelled) {
  using namespace asio::experimental::awaitable_operators;
  test::SteppedClock clock;
  const auto winner = [](ports::Clock& c) -> ports::Task<int> {
    const auto which = co_await (sleeper(c, model::Seconds{3600}, 1) || sleeper(c, Milliseconds{0}, 2));
    co_return static_cast<int>(which.index());
  };
  EXPECT_EQ(test::run(winner(clock)), 1);
  EXPECT_EQ(clock.sleepers(), 0);
}

TEST(SteppedClock, outlives_the_executor_of_its_sleepers) {
  test::SteppedClock clock;
  {
    asio::io_context context;
    asio::co_spawn(context, sleeper(clock, model::Seconds{1}, 1), asio::detached);
    context.poll();
    EXPECT_EQ(clock.sleepers(), 1);
  }
  EXPECT_EQ(clock.sleepers(), 0);
  clock.advance(model::Seconds{2});
}

TEST(SteppedClock, is_moved_from_another_thread) {
  test::SteppedClock clock;
  asio::io_context context;
  int answer = 0;
  asio::co_spawn(context, sleeper(clock, model::Seconds{1}, 9), [&](std::exception_ptr, int n) { answer = n; });
  std::thread mover([&] {
    while (clock.sleepers() == 0) std::this_thread::yield();
    clock.advance(model::Seconds{1});
  });
  context.run();
  mover.join();
  EXPECT_EQ(answer, 9);
}

}  // namespace
}  // namespace valetkey::adapters::system
