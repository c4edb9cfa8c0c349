#include "vault/sealed_bytes.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/vault_rig.hpp"
#include "vault/data_key_record.hpp"

namespace valetkey::vault {
namespace {

using model::Sealed;
using model::Secret;

const DataKey kKey("dk_one", "ten_1", "secrets", Secret(std::string(32, '1')));
const DataKey kOther("dk_two", "ten_1", "secrets", Secret(std::string(32, '2')));

std::optional<Secret> opened(const DataKey& key, const Place& place, const Sealed& sealed) {
  const auto parts = parts_of(sealed);
  if (!parts) return std::nullopt;
  return open_with(key, place, *parts);
}

TEST(SealedBytes, opens_at_its_place) {
  test::FixedRandom random;
  const auto place = test::place_of("ten_1");
  for (const std::string_view plain : {std::string_view(""), std::string_view("token"), std::string_view("\0\xff nul", 6)}) {
    const auto sealed = seal_with(kKey, place, plain, random);
    const auto open = opened(kKey, place, sealed);
    ASSERT_TRUE(open);
    EXPECT_EQ(open->reveal(), plain);
    EXPECT_EQ(parts_of(sealed)->data_key, "dk_one");
    EXPECT_EQ(KeyRing::data_key_of(sealed), "dk_one");
  }
}

TEST(SealedBytes, security_s40_cannot_be_moved) {
  test::FixedRandom random;
  const auto place = test::place_of("ten_1");
  const auto sealed = seal_with(kKey, place, "token", random);
  const std::vector<std::pair<const char*, void (*)(Place&)>> moves{
      {"tenant", [](Place& p) { p.tenant = model::TenantId{"ten_2"}; }},
      {"record", [](Place& p) { p.record = "grant_2"; }},
      {"revision", [](Place& p) { p.revision = "8"; }},
      {"label", [](Place& p) { p.label = "password"; }},
      {"purpose", [](Place& p) { p.purpose = Purpose::kEvents; }},
      {"a byte from record to revision", [](Place& p) { p.record = "grant_", p.revision = "17"; }},
      {"a byte from label to record", [](Place& p) { p.label = "refresh_toke", p.record = "ngrant_1"; }},
      {"emptied", [](Place& p) { p.record.clear(), p.revision.clear(); }},
  };
  for (const auto& [name, move] : moves) {
    auto elsewhere = place;
    move(elsewhere);
    EXPECT_FALSE(opened(kKey, elsewhere, sealed)) << name;
  }
  // Even where the key's own tenant is the other one, as after a swap of the keys' rows.
  auto elsewhere = place;
  elsewhere.tenant = model::TenantId{"ten_2"};
  EXPECT_FALSE(opened(DataKey("dk_one", "ten_2", "secrets", Secret(std::string(32, '1'))), elsewhere, sealed));
}

TEST(SealedBytes, security_s40_every_bit_counts) {
  test::FixedRandom random;
  const auto place = test::place_of("ten_1");
  const auto sealed = seal_with(kKey, place, "token", random);
  for (std::size_t i = 0; i < sealed.bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = sealed;
      flipped.bytes[i] = static_cast<char>(flipped.bytes[i] ^ (1 << bit));
      EXPECT_FALSE(opened(kKey, place, flipped)) << "byte " << i << " bit " << bit;
    }
    EXPECT_FALSE(opened(kKey, place, Sealed{sealed.bytes.substr(0, i)})) << "first " << i;
  }
  EXPECT_FALSE(opened(kKey, place, Sealed{sealed.bytes + "x"}));
}

TEST(SealedBytes, security_s40_another_data_key_does_not_open) {
  test::FixedRandom random;
  const auto place = test::place_of("ten_1");
  auto sealed = seal_with(kKey, place, "token", random);
  EXPECT_FALSE(opened(kOther, place, sealed));
  // The same key bytes under another id, as somebody with the database would name it.
  EXPECT_FALSE(opened(DataKey("dk_two", "ten_1", "secrets", Secret(std::string(32, '1'))), place, sealed));
  sealed.bytes.replace(2, 6, "dk_two");
  EXPECT_FALSE(opened(kOther, place, sealed));
}

TEST(SealedBytes, security_s40_nonces_do_not_repeat) {
  test::FixedRandom random;
  const auto place = test::place_of("ten_1");
  std::set<std::string> nonces;
  constexpr std::size_t kSeals = 20'000;
  for (std::size_t i = 0; i < kSeals; ++i) nonces.emplace(parts_of(seal_with(kKey, place, "same text", random))->nonce);
  EXPECT_EQ(nonces.size(), kSeals);
}

}  // namespace
}  // namespace valetkey::vault
