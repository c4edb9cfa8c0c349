#include "adapters/local_bus/local_bus.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace valetkey::adapters::local_bus {
namespace {

const ports::Change kChange{model::Kind::kGrant, "ten_a", "grant_1"};

TEST(LocalBus, tells_every_listener_what_changed) {
  LocalBus bus;
  std::vector<std::string> heard;
  const auto first = bus.subscribe([&](const ports::Change* change) { heard.push_back("first " + change->id); });
  const auto second = bus.subscribe([&](const ports::Change* change) { heard.push_back("second " + change->tenant); });
  bus.publish(&kChange);
  EXPECT_EQ(heard, (std::vector<std::string>{"first grant_1", "second ten_a"}));
}

TEST(LocalBus, passes_on_that_changes_may_have_been_missed) {
  LocalBus bus;
  int forgotten = 0;
  const auto handle = bus.subscribe([&](const ports::Change* change) { forgotten += change == nullptr; });
  bus.publish(nullptr);
  EXPECT_EQ(forgotten, 1);
}

TEST(LocalBus, a_dropped_handle_ends_the_subscription) {
  LocalBus bus;
  int heard = 0;
  auto handle = bus.subscribe([&](const ports::Change*) { ++heard; });
  auto copy = handle;
  bus.publish(&kChange);
  handle.reset();
  bus.publish(&kChange);
  EXPECT_EQ(heard, 2) << "a copy holds it";
  copy.reset();
  bus.publish(&kChange);
  EXPECT_EQ(heard, 2);
}

TEST(LocalBus, a_handle_may_outlive_the_bus) {
  auto bus = std::make_unique<LocalBus>();
  auto handle = bus->subscribe([](const ports::Change*) {});
  bus.reset();
  handle.reset();
}

TEST(LocalBus, a_listener_may_subscribe_another_and_drop_itself) {
  LocalBus bus;
  int heard = 0;
  std::shared_ptr<void> inner;
  std::shared_ptr<void> own;
  own = bus.subscribe([&](const ports::Change*) {
    ++heard;
    inner = bus.subscribe([&](const ports::Change*) { heard += 10; });
    own.reset();
  });
  bus.publish(&kChange);
  EXPECT_EQ(heard, 1) << "the new one hears from the next change on";
  bus.publish(&kChange);
  EXPECT_EQ(heard, 11);
}

TEST(LocalBus, dropping_waits_for_a_call_under_way) {
  LocalBus bus;
  std::latch is_called(1);
  std::latch may_return(1);
  std::atomic<bool> returned = false;
  auto handle = bus.subscribe([&](const ports::Change*) {
    is_called.count_down();
    may_return.wait();
    returned = true;
  });
  std::thread publishing([&] { bus.publish(&kChange); });
  is_called.wait();
  std::thread dropping([&] {
    handle.reset();
    EXPECT_TRUE(returned) << "what the listener uses may be destroyed now";
  });
  may_return.count_down();
  dropping.join();
  publishing.join();
}

TEST(LocalBus, many_threads_publish_subscribe_and_drop) {
  LocalBus bus;
  std::atomic<int> heard = 0;
  const auto constant = bus.subscribe([&](const ports::Change*) { ++heard; });
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j) {
        auto handle = bus.subscribe([&](const ports::Change*) {});
        bus.publish(&kChange);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(heard, 1'600);
}

}  // namespace
}  // namespace valetkey::adapters::local_bus
