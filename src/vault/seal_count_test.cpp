#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "support/vault_rig.hpp"
#include "vault/data_key_record.hpp"
#include "vault/sealed_bytes.hpp"

namespace valetkey::vault {
namespace {

using model::Kind;
using model::Secret;
using test::place_of;
using test::run;
using testing::HasSubstr;

constexpr Options kSmall{.seals_per_block = 4, .new_key_at = 10, .refuse_at = 20};

struct SealCount : testing::Test {
  test::VaultRig rig;
  std::map<std::string, std::int64_t> made;  ///< seals by data key

  /// Ids of the keys of `count` seals, in order.
  std::vector<std::string> seal(KeyRing& ring, int count) {
    std::vector<std::string> keys;
    for (int i = 0; i < count; ++i) {
      auto sealed = run(ring.seal(place_of("ten_1"), Secret("token")));
      EXPECT_TRUE(sealed) << sealed.error().detail;
      if (!sealed) break;
      keys.push_back(KeyRing::data_key_of(*sealed));
      ++made[keys.back()];
    }
    return keys;
  }
  std::int64_t reserved(const std::string& key) {
    auto row = run(rig.store.get(Kind::kDataKey, key));
    return data_key_from_row(**row)->seals_reserved;
  }
  void expect_counts_cover_the_truth() {
    for (const auto& [key, count] : made) EXPECT_GE(reserved(key), count) << key;
  }
};

TEST_F(SealCount, security_s40_blocks_are_reserved_before_they_are_used) {
  auto ring = rig.ring(kSmall);
  for (int i = 1; i <= 10; ++i) {
    const auto key = seal(*ring, 1).at(0);
    EXPECT_EQ(reserved(key), i <= 4 ? 4 : i <= 8 ? 8 : 10) << "after seal " << i;
  }
}

TEST_F(SealCount, security_s40_a_seal_whose_reservation_failed_is_not_made) {
  auto ring = rig.ring(kSmall);
  const auto key = seal(*ring, 4).at(0);
  rig.store.set_away(true);
  EXPECT_FALSE(run(ring->seal(place_of("ten_1"), Secret("token"))));
  rig.store.set_away(false);
  EXPECT_EQ(reserved(key), 4);
  EXPECT_EQ(seal(*ring, 1).at(0), key);
}

TEST_F(SealCount, security_s40_new_key_at_the_limit_and_not_before) {
  auto ring = rig.ring(kSmall);
  const auto keys = seal(*ring, 21);
  const auto& first = keys.at(0);
  EXPECT_EQ(keys.at(9), first) << "seal 10 is the last of the first key";
  EXPECT_NE(keys.at(10), first) << "seal 11 is the first of the second key";
  EXPECT_EQ(keys.at(19), keys.at(10));
  EXPECT_NE(keys.at(20), keys.at(19));
  EXPECT_EQ(reserved(first), 10);
  EXPECT_EQ(data_key_from_row(**run(rig.store.get(Kind::kDataKey, first)))->state, KeyState::kRetired);
}

TEST_F(SealCount, security_s40_without_a_new_key_refused_at_the_hard_limit_and_not_before) {
  auto ring = rig.ring(kSmall);
  const auto key = seal(*ring, 10).at(0);
  rig.wrapper.is_away = true;
  for (const auto& other : seal(*ring, 10)) EXPECT_EQ(other, key);
  EXPECT_EQ(reserved(key), 20);
  const auto refused = run(ring->seal(place_of("ten_1"), Secret("token")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, model::Code::kKeyUnavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("made its last seal"));
  EXPECT_EQ(reserved(key), 20);
  rig.wrapper.is_away = false;
  EXPECT_NE(seal(*ring, 1).at(0), key);
}

TEST_F(SealCount, security_s40_limits_are_those_of_the_rule) {
  constexpr Options kDefault;
  EXPECT_EQ(kDefault.seals_per_block, 65'536);
  EXPECT_EQ(kDefault.new_key_at, 1'073'741'824);
  EXPECT_EQ(kDefault.refuse_at, 4'294'967'296);
  auto ring = rig.ring();
  const auto key = seal(*ring, 1).at(0);
  const auto with_count = [](std::int64_t count) {
    return [count](model::Row& row) {
      auto record = *data_key_from_row(row);
      record.seals_reserved = count;
      row.doc = to_row(record).doc;
    };
  };
  rig.store.tamper(Kind::kDataKey, key, with_count(kDefault.new_key_at - 1));
  EXPECT_EQ(seal(*rig.ring(), 1).at(0), key) << "seal 2^30";
  EXPECT_NE(seal(*rig.ring(), 1).at(0), key) << "seal 2^30 + 1";
}

TEST_F(SealCount, security_s40_a_crash_never_lowers_a_count) {
  std::mt19937 chance(7);
  const Options options{.seals_per_block = 8, .new_key_at = 60, .refuse_at = 100};
  for (int life = 0; life < 60; ++life) {
    auto ring = rig.ring(options);
    // Some units are applied without an answer, some are not applied: the two that a crash or a lost connection leaves.
    rig.store.before_apply = [&](const ports::Unit& unit) -> std::optional<model::Error> {
      if (chance() % 4 != 0) return std::nullopt;
      if (chance() % 2 == 0) {
        rig.store.before_apply = nullptr;
        (void)run(rig.store.apply(unit));
      }
      return model::Error{.code = model::Code::kStoreUnavailable, .detail = "lost"};
    };
    for (auto seals = chance() % 25; seals > 0; --seals) {
      auto sealed = run(ring->seal(place_of("ten_1"), Secret("token")));
      if (sealed) ++made[KeyRing::data_key_of(*sealed)];
      expect_counts_cover_the_truth();
    }
    rig.store.before_apply = nullptr;
  }
  EXPECT_GT(made.size(), 3U);
  for (const auto& [key, count] : made) EXPECT_LE(count, 60);
}

TEST_F(SealCount, security_s40_threads_that_reserve_at_once_share_one_count) {
  const Options options{.seals_per_block = 3, .new_key_at = 100, .refuse_at = 200};
  std::vector<std::unique_ptr<KeyRing>> nodes;
  nodes.reserve(3);
  for (int i = 0; i < 3; ++i) nodes.push_back(rig.ring(options));
  std::mutex mutex;
  std::vector<std::thread> threads;
  threads.reserve(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      for (int seals = 0; seals < 150; ++seals) {
        auto sealed = run(nodes[static_cast<std::size_t>(i % 3)]->seal(place_of("ten_1"), Secret("token")));
        const std::lock_guard lock(mutex);
        ASSERT_TRUE(sealed) << sealed.error().detail;
        ++made[KeyRing::data_key_of(*sealed)];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::int64_t total = 0;
  for (const auto& [key, count] : made) {
    total += count;
    EXPECT_LE(count, 100);
  }
  EXPECT_EQ(total, 900);
  expect_counts_cover_the_truth();
}

TEST_F(SealCount, security_s40_a_node_goes_over_to_a_newer_key) {
  auto one = rig.ring();
  auto two = rig.ring();
  const auto old = seal(*one, 1).at(0);
  EXPECT_EQ(seal(*two, 1).at(0), old);
  const auto newer = run(one->rotate_data_key(Purpose::kSecrets, model::TenantId{"ten_1"}));
  ASSERT_TRUE(newer);
  EXPECT_EQ(seal(*one, 1).at(0), *newer);
  EXPECT_EQ(seal(*two, 1).at(0), old) << "its own read is young";
  rig.clock.advance(Options{}.current_for - model::Milliseconds(1));
  EXPECT_EQ(seal(*two, 1).at(0), old);
  rig.clock.advance(model::Milliseconds(1));
  EXPECT_EQ(seal(*two, 1).at(0), *newer);
}

TEST_F(SealCount, security_s40_a_retired_key_is_given_no_new_block) {
  auto one = rig.ring(kSmall);
  auto two = rig.ring(kSmall);
  const auto old = seal(*one, 1).at(0);
  seal(*two, 4);
  const auto newer = run(one->rotate_data_key(Purpose::kSecrets, model::TenantId{"ten_1"}));
  ASSERT_TRUE(newer);
  EXPECT_EQ(reserved(old), 8);
  EXPECT_EQ(seal(*two, 1).at(0), *newer) << "its block of the old key is used up";
}

/// Runs `child` in a fork and answers what it wrote to its pipe.
std::string from_fork(const std::function<std::string()>& child) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const auto pid = ::fork();
  if (pid == 0) {
    const auto text = child();
    const bool is_written = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(is_written ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  return text;
}

TEST_F(SealCount, security_s40_after_a_fork_nothing_of_the_parent_is_used) {
  DataKey key("dk_one", "ten_1", "secrets", Secret(std::string(32, 'k')));
  key.add(5);
  EXPECT_TRUE(key.take());
  const auto child = from_fork([&] {
    std::string out = key.take() ? "took the parent's seal" : "has none";
    key.add(2);
    return out + ", left " + std::to_string(key.left());
  });
  EXPECT_EQ(child, "has none, left 2");
  EXPECT_EQ(key.left(), 4);
}

TEST_F(SealCount, security_s40_nonces_differ_after_a_fork) {
  test::SystemRandom random;
  const DataKey key("dk_one", "ten_1", "secrets", Secret(std::string(32, 'k')));
  const auto nonces = [&] {
    std::string out;
    for (int i = 0; i < 50; ++i) out += parts_of(seal_with(key, place_of("ten_1"), "token", random))->nonce;
    return out;
  };
  std::string all = nonces();  // fills the buffers of this thread
  all += from_fork(nonces);
  all += from_fork(nonces);
  all += nonces();
  ASSERT_EQ(all.size(), 200U * 12);
  std::set<std::string> distinct;
  for (std::size_t i = 0; i < all.size(); i += 12) distinct.insert(all.substr(i, 12));
  EXPECT_EQ(distinct.size(), 200U);
}

}  // namespace
}  // namespace valetkey::vault
