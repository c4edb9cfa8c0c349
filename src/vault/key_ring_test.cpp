#include "vault/key_ring.hpp"

#include <gmock/gmock.h>

#include <set>

#include "model/digest.hpp"
#include "support/vault_rig.hpp"
#include "vault/data_key_record.hpp"
#include "vault/integrity_key.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;
using model::Sealed;
using model::Secret;
using test::place_of;
using test::run;
using testing::HasSubstr;

struct KeyRingTest : testing::Test {
  test::VaultRig rig;

  Sealed sealed_by(KeyRing& ring, const Place& place, std::string plain) {
    auto sealed = run(ring.seal(place, Secret(std::move(plain))));
    EXPECT_TRUE(sealed) << sealed.error().detail;
    return sealed.value_or(Sealed{});
  }
  static Code code_of(KeyRing& ring, const Place& place, const Sealed& sealed) {
    auto opened = run(ring.open(place, sealed));
    EXPECT_FALSE(opened);
    return opened ? Code::kInternal : opened.error().code;
  }
  /// Ids of the data keys of a tenant, without the pointer.
  std::vector<std::string> keys_of(std::string_view tenant) {
    std::vector<std::string> ids;
    for (const auto& [key, row] : rig.store.rows())
      if (row.kind == Kind::kDataKey && row.tenant == tenant && !is_current_key_row(row)) ids.push_back(row.id);
    return ids;
  }
};

TEST_F(KeyRingTest, opens_what_another_node_sealed) {
  auto one = rig.ring();
  auto two = rig.ring();
  const auto place = place_of("ten_1");
  const auto sealed = sealed_by(*one, place, "token");
  EXPECT_FALSE(two->try_open(place, sealed)) << "the key is not in memory yet";
  EXPECT_EQ(run(two->open(place, sealed))->reveal(), "token");
  ASSERT_TRUE(two->try_open(place, sealed));
  EXPECT_EQ((*two->try_open(place, sealed))->reveal(), "token");
  EXPECT_EQ(keys_of("ten_1"), std::vector{KeyRing::data_key_of(sealed)});
}

TEST_F(KeyRingTest, tells_broken_bytes_from_a_missing_key) {
  auto ring = rig.ring();
  const auto place = place_of("ten_1");
  const auto sealed = sealed_by(*ring, place, "token");
  EXPECT_EQ(code_of(*ring, place_of("ten_1", "grant_2"), sealed), Code::kIntegrity);
  EXPECT_EQ(code_of(*ring, place, Sealed{"rubbish"}), Code::kIntegrity);
  EXPECT_EQ(code_of(*ring, place, Sealed{}), Code::kIntegrity);
  ASSERT_TRUE(run(rig.store.apply({.writes = {ports::Erase{Kind::kDataKey, KeyRing::data_key_of(sealed)}}})));
  EXPECT_EQ(code_of(*rig.ring(), place, sealed), Code::kKeyUnavailable);
}

TEST_F(KeyRingTest, security_s40_tenants_and_purposes_have_keys_of_their_own) {
  auto ring = rig.ring();
  auto events = place_of("ten_1");
  events.purpose = Purpose::kEvents;
  std::set<std::string> keys;
  for (const auto& place : {place_of("ten_1"), place_of("ten_2"), events}) keys.insert(KeyRing::data_key_of(sealed_by(*ring, place, "x")));
  EXPECT_EQ(keys.size(), 3U);
}

TEST_F(KeyRingTest, security_s40_an_id_of_another_kind_of_row_is_no_key) {
  auto ring = rig.ring();
  auto sealed = sealed_by(*ring, place_of("ten_1"), "token");
  const auto id = KeyRing::data_key_of(sealed);
  const std::string pointer = current_key_id("secrets", "ten_1");
  sealed.bytes = sealed.bytes.substr(0, 1) + static_cast<char>(pointer.size()) + pointer + sealed.bytes.substr(2 + id.size());
  EXPECT_EQ(code_of(*ring, place_of("ten_1"), sealed), Code::kIntegrity);
}

TEST_F(KeyRingTest, security_s40_a_key_row_that_was_moved_does_not_open) {
  auto ring = rig.ring();
  const auto sealed = sealed_by(*ring, place_of("ten_1"), "token");
  const auto id = KeyRing::data_key_of(sealed);
  rig.store.tamper(Kind::kDataKey, id, [](model::Row& row) { row.tenant = "ten_2"; });
  EXPECT_EQ(code_of(*rig.ring(), place_of("ten_2"), sealed), Code::kKeyUnavailable);
  rig.store.tamper(Kind::kDataKey, id, [](model::Row& row) { row.tenant = "ten_1", row.columns[0] = std::string("events"); });
  EXPECT_EQ(code_of(*rig.ring(), place_of("ten_1"), sealed), Code::kKeyUnavailable);
}

TEST_F(KeyRingTest, security_s40_a_pointer_to_a_foreign_key_seals_nothing) {
  auto ring = rig.ring();
  sealed_by(*ring, place_of("ten_1"), "token");
  const auto foreign = KeyRing::data_key_of(sealed_by(*ring, place_of("ten_2"), "token"));
  rig.store.tamper(Kind::kDataKey, current_key_id("secrets", "ten_1"),
                   [&](model::Row& row) { row.doc = R"({"data_key":")" + foreign + R"("})"; });
  const auto sealed = run(rig.ring()->seal(place_of("ten_1"), Secret("token")));
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, Code::kIntegrity);
}

TEST_F(KeyRingTest, security_s42_wrong_root_key_is_refused_and_nothing_is_touched) {
  const auto sealed = sealed_by(*rig.ring(), place_of("ten_1"), "token");
  const auto before = rig.store.rows();
  const auto units = rig.store.units_applied();
  auto wrong = test::root_keys({'b', 'c'}, rig.random);
  KeyRing ring(rig.store, wrong, rig.clock, rig.random);
  const auto started = run(ring.start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kKeyUnavailable);
  EXPECT_THAT(started.error().detail, HasSubstr(rig.roots.current()));
  EXPECT_THAT(started.error().detail, HasSubstr(wrong.current()));
  EXPECT_EQ(code_of(ring, place_of("ten_1"), sealed), Code::kKeyUnavailable);
  for (const auto* tenant : {"ten_1", "ten_2"}) {
    EXPECT_EQ(run(ring.seal(place_of(tenant), Secret("x"))).error().code, Code::kKeyUnavailable);
    EXPECT_FALSE(run(ring.prepare(Purpose::kSecrets, model::TenantId{tenant})));
    EXPECT_FALSE(run(ring.current_data_key(Purpose::kSecrets, model::TenantId{tenant})));
    EXPECT_FALSE(run(ring.rotate_data_key(Purpose::kSecrets, model::TenantId{tenant})));
  }
  EXPECT_FALSE(run(ring.rewrap_all()));
  EXPECT_EQ(rig.store.units_applied(), units);
  EXPECT_EQ(rig.store.rows().size(), before.size());
}

TEST_F(KeyRingTest, security_s42_a_store_without_its_integrity_key_is_refused) {
  sealed_by(*rig.ring(), place_of("ten_1"), "token");
  ASSERT_TRUE(run(rig.store.apply({.writes = {ports::Erase{Kind::kDataKey, "integrity"}}})));
  const auto units = rig.store.units_applied();
  KeyRing ring(rig.store, rig.wrapper, rig.clock, rig.random);
  const auto started = run(ring.start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kIntegrity);
  EXPECT_EQ(rig.store.units_applied(), units);
}

TEST_F(KeyRingTest, tells_an_empty_store) {
  EXPECT_TRUE(*run(is_empty_store(rig.store)));
  rig.ring();
  EXPECT_FALSE(*run(is_empty_store(rig.store)));
  rig.store.set_away(true);
  EXPECT_EQ(run(is_empty_store(rig.store)).error().code, Code::kStoreUnavailable);
}

TEST_F(KeyRingTest, nodes_that_start_together_share_one_integrity_key) {
  std::unique_ptr<KeyRing> winner;
  rig.store.before_apply = [&](const ports::Unit&) {
    rig.store.before_apply = nullptr;
    winner = rig.ring();
    return std::nullopt;
  };
  const auto loser = rig.ring();
  EXPECT_EQ(winner->mac("row", "bytes"), loser->mac("row", "bytes"));
}

TEST_F(KeyRingTest, mac_separates_labels_and_is_hmac_sha256) {
  auto ring = rig.ring();
  const auto mac = ring->mac("row", "bytes");
  EXPECT_EQ(mac.size(), 32U);
  EXPECT_EQ(mac, ring->mac("row", "bytes"));
  EXPECT_NE(mac, ring->mac("rowb", "ytes"));
  EXPECT_NE(mac, ring->mac("api_key", "bytes"));
  EXPECT_EQ(mac, rig.ring()->mac("row", "bytes")) << "the key is stored";
  test::VaultRig other;
  other.random.bytes(1);
  EXPECT_NE(mac, other.ring()->mac("row", "bytes"));
  EXPECT_EQ(mac, ring->mac("row", "bytes")) << "another ring was used in this thread between";
  EXPECT_EQ(IntegrityKey(Secret("key")).mac("l", "b"), model::hmac_sha256("key", model::length_prefixed({"l", "b"})));
}

TEST_F(KeyRingTest, two_first_seals_make_one_key) {
  auto one = rig.ring();
  auto two = rig.ring();
  std::optional<Sealed> by_two;
  rig.store.before_apply = [&](const ports::Unit&) {
    rig.store.before_apply = nullptr;
    by_two = sealed_by(*two, place_of("ten_1"), "two");
    return std::nullopt;
  };
  const auto by_one = sealed_by(*one, place_of("ten_1"), "one");
  ASSERT_TRUE(by_two);
  EXPECT_EQ(keys_of("ten_1").size(), 1U);
  EXPECT_EQ(KeyRing::data_key_of(by_one), KeyRing::data_key_of(*by_two));
  EXPECT_EQ(run(two->open(place_of("ten_1"), by_one))->reveal(), "one");
}

TEST_F(KeyRingTest, a_deleted_tenant_leaves_no_key_in_store_or_memory) {
  auto ring = rig.ring();
  const auto sealed = sealed_by(*ring, place_of("ten_1"), "token");
  ASSERT_TRUE(run(rig.store.apply({.writes = {ports::EraseTenant{"ten_1"}}})));
  ring->forget_tenant(model::TenantId{"ten_1"});
  EXPECT_FALSE(ring->try_open(place_of("ten_1"), sealed));
  EXPECT_EQ(code_of(*ring, place_of("ten_1"), sealed), Code::kKeyUnavailable);
}

TEST_F(KeyRingTest, keys_in_memory_are_bounded) {
  auto ring = rig.ring({.most_keys = 32});
  std::vector<Sealed> sealed;
  sealed.reserve(200);
  const auto tenant = [](std::size_t i) { return "ten_" + std::to_string(i); };
  for (std::size_t i = 0; i < 200; ++i) sealed.push_back(sealed_by(*ring, place_of(tenant(i)), "token"));
  std::size_t in_memory = 0;
  for (std::size_t i = 0; i < sealed.size(); ++i) in_memory += ring->try_open(place_of(tenant(i)), sealed[i]) ? 1 : 0;
  EXPECT_LE(in_memory, 32U);
  EXPECT_GT(in_memory, 0U);
  for (std::size_t i = 0; i < sealed.size(); ++i) EXPECT_EQ(run(ring->open(place_of(tenant(i)), sealed[i]))->reveal(), "token");
}

TEST_F(KeyRingTest, prepared_seals_need_no_store) {
  auto ring = rig.ring();
  const auto place = place_of("ten_1");
  ASSERT_TRUE(run(ring->prepare(Purpose::kSecrets, place.tenant)));
  rig.store.set_away(true);
  rig.clock.advance(std::chrono::hours(3));
  const auto sealed = sealed_by(*ring, place, "rotated");
  EXPECT_EQ((*ring->try_open(place, sealed))->reveal(), "rotated");
  EXPECT_FALSE(run(ring->prepare(Purpose::kSecrets, model::TenantId{"ten_2"})));
}

}  // namespace
}  // namespace valetkey::vault
