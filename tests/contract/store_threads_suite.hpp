#pragma once
#include <atomic>
#include <set>
#include <thread>

#include "contract/store_fixture.hpp"

namespace valetkey::test {

/// Many threads, an executor each. Meant for ThreadSanitizer, too.
class StoreThreads : public StoreFixture {
 protected:
  static constexpr int kThreads = 8;

  /// Runs `work(thread)` on each of the threads, on an io_context of its own.
  static void on_threads(const std::function<ports::Task<void>(int)>& work) {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&work, i] {
        boost::asio::io_context context;
        boost::asio::co_spawn(context, work(i), [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
        context.run();
      });
    for (auto& thread : threads) thread.join();
  }
};

TEST_P(StoreThreads, events_are_numbered_in_commit_order) {
  constexpr int kEach = 40;
  std::atomic<bool> is_done = false;
  // A reader that follows the cursor must see each event: none may appear behind the cursor later.
  std::vector<std::string> followed;
  std::thread follower([&] {
    boost::asio::io_context context;
    std::int64_t after = 0;
    for (bool last = false;;) {
      const auto page = run(context, store().events({.tenant = "ten_a", .after = after, .limit = 7}));
      for (const auto& event : page.value()) followed.push_back(event.id.str());
      if (!page->empty()) after = page->back().sequence;
      else if (last) return;
      else last = is_done;
    }
  });
  on_threads([this](int thread) -> ports::Task<void> {
    for (int i = 0; i < kEach; ++i) {
      ports::Unit unit;
      unit.events = {make_event("evt_" + std::to_string(thread) + "_" + std::to_string(i))};
      EXPECT_EQ(outcome(co_await store().apply(std::move(unit))), "ok");
    }
  });
  is_done = true;
  follower.join();
  EXPECT_EQ(followed.size(), std::size_t{kThreads} * kEach);
  EXPECT_EQ(std::set(followed.begin(), followed.end()).size(), followed.size());
}

TEST_P(StoreThreads, audit_chains_hold_under_load) {
  on_threads([this](int thread) -> ports::Task<void> {
    for (int i = 0; i < 20; ++i) {
      ports::Unit unit;
      unit.audit = {make_entry(std::to_string(thread), "ten_a"), make_entry(std::to_string(i), "ten_b")};
      EXPECT_EQ(outcome(co_await store().apply(std::move(unit))), "ok");
    }
  });
  for (const std::string tenant : {"ten_a", "ten_b"}) {
    const auto entries = run(store().audit(tenant, 0, 1000)).value();
    EXPECT_EQ(entries.size(), 160U);
    EXPECT_EQ(first_broken(entries), 0);
  }
}

TEST_P(StoreThreads, compare_and_set_loses_no_step) {
  ASSERT_EQ(outcome(apply(put({with(make_row(Kind::kGrant, "g"), "generation", std::int64_t{0})}))), "ok");
  std::atomic<int> wins = 0;
  on_threads([&](int) -> ports::Task<void> {
    for (int i = 0; i < 25;) {
      auto row = co_await store().get(Kind::kGrant, "g");
      const auto generation = std::get<std::int64_t>(row.value()->columns[2]);
      ports::Unit unit = put({with(**row, "generation", generation + 1)});
      unit.preconditions = {ports::Expect{Kind::kGrant, "g", "generation", generation}};
      const auto applied = co_await store().apply(std::move(unit));
      if (!applied) continue;  // another was faster
      ++i;
      ++wins;
    }
  });
  EXPECT_EQ(wins, kThreads * 25);
  EXPECT_EQ(get(Kind::kGrant, "g")->columns[2], model::Column{std::int64_t{kThreads * 25}});
  EXPECT_EQ(get(Kind::kGrant, "g")->revision, kThreads * 25 + 1);
}

TEST_P(StoreThreads, who_was_answered_reads_what_was_written) {
  on_threads([this](int thread) -> ports::Task<void> {
    const auto id = "f" + std::to_string(thread);
    for (std::int64_t i = 1; i <= 30; ++i) {
      EXPECT_EQ(outcome(co_await store().apply(put({with(make_row(Kind::kFlow, id), "expires_at", i)}))), "ok");
      const auto row = co_await store().get(Kind::kFlow, id);
      EXPECT_EQ(row.value()->columns[0], model::Column{i});
      const auto found = co_await store().find({.kind = Kind::kFlow, .tenant = "ten_a"});
      EXPECT_TRUE(std::ranges::any_of(found.value(), [&](const auto& one) { return one.id == id && one.columns[0] == model::Column{i}; }));
    }
  });
}

TEST_P(StoreThreads, answers_come_on_the_caller_s_executor) {
  on_threads([this](int thread) -> ports::Task<void> {
    const auto own = std::this_thread::get_id();
    const auto id = std::to_string(thread);
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(outcome(co_await store().apply(put({make_row(Kind::kFlow, id)}))), "ok");
      EXPECT_EQ(std::this_thread::get_id(), own);
      EXPECT_TRUE((co_await store().get(Kind::kFlow, id)).has_value());
      EXPECT_EQ(std::this_thread::get_id(), own);
    }
  });
}

}  // namespace valetkey::test
