#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "support/recovery_pair.hpp"
#include "support/vault_rig.hpp"
#include "vault/data_key_record.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;
using model::Sealed;
using model::Secret;
using test::place_of;
using test::run;

struct RootRotation : testing::Test {
  test::VaultRig rig;
  adapters::root_key::RootKeys both = test::root_keys({'b', 'a'}, rig.random);
  adapters::root_key::RootKeys only_new = test::root_keys({'b'}, rig.random);

  KeyRing ring_with(ports::KeyWrapper& roots, Options options = {}) { return {rig.store, roots, rig.clock, rig.random, options}; }
  static std::string tenant(int i) { return "ten_" + std::to_string(i); }
  std::vector<Sealed> sealed_for(int tenants) {
    auto ring = rig.ring();
    std::vector<Sealed> sealed;
    sealed.reserve(static_cast<std::size_t>(tenants));
    for (int i = 0; i < tenants; ++i) sealed.push_back(run(ring->seal(place_of(tenant(i)), Secret("token"))).value());
    return sealed;
  }
  std::vector<std::string> roots_in_store() {
    std::set<std::string> roots;
    for (const auto& [key, row] : rig.store.rows())
      if (!is_current_key_row(row))
        for (const auto& wrap : data_key_from_row(row)->wraps) roots.insert(wrap.root);
    return {roots.begin(), roots.end()};
  }
};

TEST_F(RootRotation, security_s42_after_rewrapping_the_old_root_key_can_go) {
  const auto sealed = sealed_for(250);  // more than two pages with their pointers
  auto ring = ring_with(both);
  ASSERT_TRUE(run(ring.start()));
  EXPECT_EQ(run(ring.rewrap_all()).value(), 251) << "250 data keys and the integrity key";
  EXPECT_EQ(roots_in_store(), std::vector{only_new.current()});
  EXPECT_EQ(run(ring.rewrap_all()).value(), 0) << "repeatable";

  auto after = ring_with(only_new);
  ASSERT_TRUE(run(after.start()));
  for (int i = 0; i < 250; ++i) EXPECT_EQ(run(after.open(place_of(tenant(i)), sealed[static_cast<std::size_t>(i)]))->reveal(), "token");
  EXPECT_EQ(after.mac("row", "x"), ring.mac("row", "x"));
  auto old = ring_with(rig.roots);
  EXPECT_EQ(run(old.start()).error().code, Code::kKeyUnavailable);
}

TEST_F(RootRotation, security_s42_goes_on_after_a_crash_in_the_middle) {
  const auto sealed = sealed_for(20);
  auto ring = ring_with(both);
  ASSERT_TRUE(run(ring.start()));
  int units = 0;
  rig.store.before_apply = [&](const ports::Unit&) -> std::optional<model::Error> {
    if (++units <= 7) return std::nullopt;
    return model::Error{.code = Code::kStoreUnavailable, .detail = "killed"};
  };
  EXPECT_FALSE(run(ring.rewrap_all()));
  rig.store.before_apply = nullptr;
  EXPECT_EQ(roots_in_store().size(), 2U);
  auto restarted = ring_with(both);
  ASSERT_TRUE(run(restarted.start()));
  EXPECT_EQ(run(restarted.rewrap_all()).value(), 14);
  EXPECT_EQ(roots_in_store(), std::vector{only_new.current()});
}

TEST_F(RootRotation, security_s42_refuses_while_a_key_does_not_open_and_changes_nothing_of_it) {
  sealed_for(1);
  auto ring = ring_with(only_new);
  const auto units = rig.store.units_applied();
  EXPECT_EQ(run(ring.rewrap_all()).error().code, Code::kKeyUnavailable);
  EXPECT_EQ(rig.store.units_applied(), units);
}

TEST_F(RootRotation, security_s40_rewrapping_never_lowers_a_count) {
  const auto sealed = sealed_for(1);
  auto ring = ring_with(both);
  ASSERT_TRUE(run(ring.start()));
  const auto other = rig.ring();
  // Another node reserves a block between the read and the write of the rewrap.
  rig.store.before_apply = [&](const ports::Unit& unit) -> std::optional<model::Error> {
    if (std::get<ports::Put>(unit.writes.at(0)).row.tenant != tenant(0)) return std::nullopt;
    rig.store.before_apply = nullptr;
    EXPECT_TRUE(run(other->seal(place_of(tenant(0)), Secret("token"))));
    return std::nullopt;
  };
  EXPECT_TRUE(run(ring.rewrap_all()));
  const auto row = run(rig.store.get(Kind::kDataKey, KeyRing::data_key_of(sealed[0])));
  EXPECT_EQ(data_key_from_row(**row)->seals_reserved, 2 * Options{}.seals_per_block);
  EXPECT_EQ(roots_in_store(), std::vector{only_new.current()});
}

TEST_F(RootRotation, security_s42_a_lost_root_key_is_replaced_by_the_recovery_key) {
  const auto sealed = sealed_for(3);
  const auto recovery = adapters::root_key::RecoveryPublicKey::from_pem(test::recovery_pair().public_pem).value();
  auto ring = ring_with(rig.roots, {.recovery = recovery.get()});
  ASSERT_TRUE(run(ring.start()));
  EXPECT_EQ(run(ring.rewrap_all()).value(), 4) << "keys from before there was a recovery key";
  EXPECT_EQ(run(ring.rewrap_all()).value(), 0);
  EXPECT_THAT(roots_in_store(), testing::UnorderedElementsAre(rig.roots.current(), recovery->current()));
  const auto later = run(ring.seal(place_of("ten_later"), Secret("token"))).value();

  const auto offline = adapters::root_key::RecoveryPrivateKey::from_pem(test::recovery_pair().private_pem, only_new).value();
  auto rescue = ring_with(*offline);
  ASSERT_TRUE(run(rescue.start()));
  EXPECT_EQ(run(rescue.rewrap_all()).value(), 5);
  auto after = ring_with(only_new);
  ASSERT_TRUE(run(after.start()));
  EXPECT_EQ(run(after.open(place_of(tenant(2)), sealed[2]))->reveal(), "token");
  EXPECT_EQ(run(after.open(place_of("ten_later"), later))->reveal(), "token");
}

TEST_F(RootRotation, security_s42_while_threads_seal_and_open) {
  sealed_for(3);
  const Options options{.seals_per_block = 5, .new_key_at = 40, .refuse_at = 80, .most_keys = 16};
  auto ring = ring_with(both, options);
  ASSERT_TRUE(run(ring.start()));
  std::atomic<bool> is_over{false};
  std::vector<std::vector<std::pair<int, Sealed>>> sealed(3);
  std::vector<std::thread> threads;
  threads.reserve(sealed.size());
  for (std::size_t t = 0; t < sealed.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100 || !is_over; ++i) {
        auto made = run(ring.seal(place_of(tenant(i % 3)), Secret("token")));
        ASSERT_TRUE(made) << made.error().detail;
        EXPECT_EQ(run(ring.open(place_of(tenant(i % 3)), *made))->reveal(), "token");
        if (i < 100) sealed[t].emplace_back(i % 3, std::move(*made));
      }
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(run(ring.rewrap_all()));
  is_over = true;
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(run(ring.rewrap_all()));
  auto after = ring_with(only_new);
  ASSERT_TRUE(run(after.start()));
  for (const auto& of_thread : sealed)
    for (const auto& [i, bytes] : of_thread) EXPECT_EQ(run(after.open(place_of(tenant(i)), bytes))->reveal(), "token");
}

}  // namespace
}  // namespace valetkey::vault
