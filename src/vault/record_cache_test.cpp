#include "vault/record_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace valetkey::vault {
namespace {

using Cache = RecordCache<int>;

constexpr std::size_t kShards = 16;

std::shared_ptr<const int> record(int value) { return std::make_shared<const int>(value); }

void put(Cache& cache, const std::string& id, int value, std::size_t bytes = 1) { cache.put(id, cache.ticket(id), record(value), bytes); }

int value_of(Cache& cache, const std::string& id) {
  const auto found = cache.get(id);
  return found ? *found : -1;
}

/// Ids that meet in one shard.
std::vector<std::string> neighbours(std::size_t count) {
  std::vector<std::string> out;
  for (int i = 0; out.size() < count; ++i)
    if (auto id = std::to_string(i); std::hash<std::string>{}(id) % kShards == 3) out.push_back(std::move(id));
  return out;
}

TEST(RecordCache, keeps_what_was_put_until_it_is_forgotten) {
  Cache cache(1 << 20);
  EXPECT_EQ(cache.get("a"), nullptr);
  put(cache, "a", 1);
  put(cache, "b", 2);
  EXPECT_EQ(value_of(cache, "a"), 1);
  put(cache, "a", 3);
  EXPECT_EQ(value_of(cache, "a"), 3);
  cache.forget("a");
  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(value_of(cache, "b"), 2);
  cache.forget_all();
  EXPECT_EQ(cache.get("b"), nullptr);
}

TEST(RecordCache, refresh_5_9_what_was_read_before_a_change_is_not_put_after_it) {
  Cache cache(1 << 20);
  const auto before = cache.ticket("a");
  cache.forget("a");
  cache.put("a", before, record(1), 1);
  EXPECT_EQ(cache.get("a"), nullptr);

  const auto before_all = cache.ticket("a");
  cache.forget_all();
  cache.put("a", before_all, record(1), 1);
  EXPECT_EQ(cache.get("a"), nullptr);

  const auto after = cache.ticket("a");
  cache.put("a", after, record(2), 1);
  EXPECT_EQ(value_of(cache, "a"), 2);
}

TEST(RecordCache, a_ticket_is_good_for_more_than_one_put) {
  Cache cache(1 << 20);
  const auto ticket = cache.ticket("a");
  cache.put("a", ticket, record(1), 1);
  cache.put("a", ticket, record(2), 1);
  EXPECT_EQ(value_of(cache, "a"), 2);
}

TEST(RecordCache, the_least_recently_used_goes_first_and_the_bound_holds_on_both_sides) {
  const auto ids = neighbours(4);
  Cache cache(kShards * 30);
  for (int i = 0; i < 3; ++i) put(cache, ids[static_cast<std::size_t>(i)], i, 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(value_of(cache, ids[static_cast<std::size_t>(i)]), i) << "exactly full";
  EXPECT_EQ(value_of(cache, ids[0]), 0);
  put(cache, ids[3], 3, 1);
  EXPECT_EQ(cache.get(ids[1]), nullptr) << "one byte too many, and this was used longest ago";
  EXPECT_EQ(value_of(cache, ids[0]), 0);
  EXPECT_EQ(value_of(cache, ids[2]), 2);
  EXPECT_EQ(value_of(cache, ids[3]), 3);
}

TEST(RecordCache, a_record_put_again_counts_once) {
  const auto ids = neighbours(2);
  Cache cache(kShards * 20);
  put(cache, ids[0], 0, 10);
  for (int i = 0; i < 10; ++i) put(cache, ids[1], i, 10);
  EXPECT_EQ(value_of(cache, ids[0]), 0);
  cache.forget(ids[1]);
  put(cache, ids[1], 11, 10);
  EXPECT_EQ(value_of(cache, ids[0]), 0);
}

TEST(RecordCache, one_record_that_is_too_large_is_kept_alone) {
  const auto ids = neighbours(2);
  Cache cache(kShards * 10);
  put(cache, ids[0], 0, 5);
  put(cache, ids[1], 1, 1000);
  EXPECT_EQ(cache.get(ids[0]), nullptr);
  EXPECT_EQ(value_of(cache, ids[1]), 1);
}

TEST(RecordCache, what_a_reader_holds_outlives_its_place) {
  Cache cache(1 << 20);
  put(cache, "a", 1);
  const auto held = cache.get("a");
  cache.forget_all();
  EXPECT_EQ(*held, 1);
}

// The writer changes a record and only then tells the cache; a reader that fills the cache from what it read must never leave an
// older value there than the last one told.
TEST(RecordCache, threads_that_read_while_others_change_leave_nothing_old_behind) {
  constexpr int kKeys = 4;
  constexpr int kChanges = 2000;
  Cache cache(1 << 20);
  std::array<std::atomic<int>, kKeys> stored{};
  std::atomic<bool> is_done = false;
  const auto name = [](int key) { return "record " + std::to_string(key); };

  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i)
    readers.emplace_back([&, i] {
      for (int round = i; !is_done; ++round) {
        const int key = round % kKeys;
        if (cache.get(name(key)) != nullptr) continue;
        const auto ticket = cache.ticket(name(key));
        const int read = stored[static_cast<std::size_t>(key)];
        cache.put(name(key), ticket, record(read), 8);
      }
    });
  std::vector<std::thread> writers;
  for (int i = 0; i < 2; ++i)
    writers.emplace_back([&, i] {
      for (int change = 1; change <= kChanges; ++change)
        for (int key = i; key < kKeys; key += 2) {
          stored[static_cast<std::size_t>(key)] = change;
          if (change % 7 == 0) cache.forget_all();
          else cache.forget(name(key));
          if (const auto found = cache.get(name(key))) EXPECT_EQ(*found, change) << "only this thread changes the key";
        }
    });
  for (auto& thread : writers) thread.join();
  is_done = true;
  for (auto& thread : readers) thread.join();
  for (int key = 0; key < kKeys; ++key)
    if (const auto found = cache.get(name(key))) EXPECT_EQ(*found, kChanges);
}

}  // namespace
}  // namespace valetkey::vault
