#include "ports/single_flight.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace valetkey::ports {
namespace {

using Flight = SingleFlight<int>;

/// What work waits for until the test opens it.
class Gate {
 public:
  ports::Task<bool> wait() {
    return ports::completed_by<bool>([this](ports::Completion<bool> resume) { waiting_.push_back(std::move(resume)); });
  }
  void open() {
    for (auto& resume : std::exchange(waiting_, {})) resume(true);
  }

 private:
  std::vector<ports::Completion<bool>> waiting_;
};

/// A flight on one thread, whose work answers 1, 2, 3, ... each time behind the gate.
struct Airfield {
  boost::asio::io_context world;
  Gate gate;
  Flight flight{world.get_executor()};
  int started = 0;

  ports::Task<int> work() {
    const int mine = ++started;
    co_await gate.wait();
    co_return mine;
  }
  /// The answers of a caller on `where`; empty until it has one.
  std::shared_ptr<std::vector<int>> ask(boost::asio::io_context& where, const std::string& key = "a") {
    return ask(where, key, [this](Flight::Settle) { return work(); });
  }
  std::shared_ptr<std::vector<int>> ask(boost::asio::io_context& where, const std::string& key, Flight::Work work) {
    auto answers = std::make_shared<std::vector<int>>();
    boost::asio::co_spawn(where, flight.run(key, std::move(work)), [answers](const std::exception_ptr& error, Flight::Shared value) {
      EXPECT_EQ(error, nullptr);
      if (value) answers->push_back(*value);
    });
    return answers;
  }
  std::shared_ptr<std::vector<int>> ask(const std::string& key = "a") { return ask(world, key); }
  void run() {
    world.restart();
    world.poll();
  }
};

using Answers = std::vector<int>;

TEST(SingleFlight, who_asks_while_it_runs_gets_the_same_answer) {
  Airfield at;
  const auto first = at.ask();
  at.run();
  const auto second = at.ask();
  at.run();
  EXPECT_TRUE(first->empty());
  at.gate.open();
  at.run();
  EXPECT_EQ(at.started, 1);
  EXPECT_EQ(*first, Answers{1});
  EXPECT_EQ(*second, Answers{1});
}

TEST(SingleFlight, keys_do_not_wait_for_each_other) {
  Airfield at;
  const auto a = at.ask("a");
  const auto b = at.ask("b");
  at.run();
  EXPECT_EQ(at.started, 2);
  EXPECT_EQ(at.flight.size(), 2U);
  at.gate.open();
  at.run();
  EXPECT_NE(*a, *b);
}

TEST(SingleFlight, refresh_rule_11_the_next_one_starts_anew) {
  Airfield at;
  for (int round = 1; round <= 3; ++round) {
    const auto answer = at.ask();
    at.run();
    EXPECT_TRUE(at.flight.is_running("a"));
    at.gate.open();
    at.run();
    EXPECT_EQ(*answer, Answers{round});
    EXPECT_FALSE(at.flight.is_running("a"));
    EXPECT_EQ(at.flight.size(), 0U);
  }
}

TEST(SingleFlight, refresh_rule_20_who_started_it_may_leave) {
  Airfield at;
  auto leaving = std::make_unique<boost::asio::io_context>();
  const auto first = at.ask(*leaving, "a");
  leaving->poll();
  at.run();
  const auto second = at.ask();
  at.run();
  leaving->stop();  // never runs again
  at.gate.open();
  at.run();
  EXPECT_EQ(at.started, 1);
  EXPECT_TRUE(first->empty());
  EXPECT_EQ(*second, Answers{1});
  EXPECT_EQ(at.flight.size(), 0U);
}

TEST(SingleFlight, an_early_answer_is_for_all_who_wait_and_all_who_come_while_the_work_goes_on) {
  Airfield at;
  const auto first = at.ask(at.world, "a", [&](Flight::Settle settle) -> ports::Task<int> {
    co_await at.gate.wait();
    settle(7);
    co_await at.gate.wait();
    co_return 8;
  });
  at.run();
  at.gate.open();
  at.run();
  EXPECT_EQ(*first, Answers{7}) << "the work still goes on";
  EXPECT_TRUE(at.flight.is_running("a"));
  const auto late = at.ask();
  at.run();
  EXPECT_EQ(*late, Answers{7});
  EXPECT_EQ(at.started, 0);
  at.gate.open();
  at.run();
  EXPECT_EQ(*first, Answers{7}) << "answered once";
  EXPECT_EQ(at.flight.size(), 0U);
  const auto next = at.ask();
  at.run();
  at.gate.open();
  at.run();
  EXPECT_EQ(*next, Answers{1});
}

TEST(SingleFlight, storm_on_many_threads_runs_one_work_per_key_at_a_time) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 200;
  boost::asio::io_context world;
  auto guard = boost::asio::make_work_guard(world);
  Flight flight(world.get_executor());
  std::array<std::atomic<int>, 4> under_way{};
  std::atomic<int> answered = 0;
  std::atomic<int> worked = 0;
  std::array<boost::asio::io_context, kThreads> contexts;

  const auto caller = [&](int thread) -> ports::Task<void> {
    for (int round = 0; round < kRounds; ++round) {
      const auto key = static_cast<std::size_t>(thread + round) % under_way.size();
      const auto value = co_await flight.run(std::to_string(key), [&, key, round](Flight::Settle settle) -> ports::Task<int> {
        EXPECT_EQ(++under_way[key], 1);
        ++worked;
        co_await boost::asio::post(world, boost::asio::use_awaitable);
        if (round % 3 == 0) settle(static_cast<int>(key));
        co_await boost::asio::post(world, boost::asio::use_awaitable);
        --under_way[key];
        co_return static_cast<int>(key);
      });
      EXPECT_EQ(*value, static_cast<int>(key));
      ++answered;
    }
  };
  std::vector<std::thread> working;
  for (int i = 0; i < 2; ++i) working.emplace_back([&] { world.run(); });
  std::vector<std::thread> asking;
  for (int i = 0; i < kThreads; ++i)
    asking.emplace_back([&, i] {
      auto& own = contexts[static_cast<std::size_t>(i)];
      boost::asio::co_spawn(own, caller(i), boost::asio::detached);
      own.run();
    });
  for (auto& thread : asking) thread.join();
  guard.reset();
  for (auto& thread : working) thread.join();
  EXPECT_EQ(answered, kThreads * kRounds);
  EXPECT_GT(worked, 0);
  EXPECT_LE(worked, answered);
  EXPECT_EQ(flight.size(), 0U);
}

}  // namespace
}  // namespace valetkey::ports
