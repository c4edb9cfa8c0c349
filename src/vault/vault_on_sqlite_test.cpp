// The key ring on the real store: races are decided by its transactions, and what is on disk is what an attacker would find.
#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <thread>

#include "model/encoding.hpp"
#include "support/sqlite_rig.hpp"
#include "support/vault_rig.hpp"
#include "vault/data_key_record.hpp"
#include "vault/records.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;
using model::Sealed;
using model::Secret;
using test::place_of;
using testing::HasSubstr;

struct VaultOnSqlite : testing::Test {
  test::SteppedClock clock;
  test::SystemRandom random;
  adapters::root_key::RootKeys roots = test::root_keys({'a'}, random);
  test::SqliteRig rig{clock};

  std::unique_ptr<KeyRing> ring(ports::KeyWrapper& wrapper, Options options = {}) {
    auto made = std::make_unique<KeyRing>(rig.store(), wrapper, clock, random, options);
    auto started = rig.run(made->start());
    EXPECT_TRUE(started) << started.error().detail;
    return made;
  }
  std::vector<DataKeyRecord> keys_of(std::string tenant) {
    std::vector<DataKeyRecord> records;
    auto rows = rig.run(rig.store().find({.kind = Kind::kDataKey, .tenant = std::move(tenant)}));
    for (const auto& row : *rows)
      if (!is_current_key_row(row)) records.push_back(*data_key_from_row(row));
    return records;
  }
};

TEST_F(VaultOnSqlite, first_seals_at_once_make_one_key) {
  auto one = ring(roots);
  auto two = ring(roots);
  std::atomic<int> sealed{0};
  auto& context = rig.new_context();
  for (int i = 0; i < 200; ++i) {
    auto& node = i % 2 == 0 ? *one : *two;
    boost::asio::co_spawn(context, node.seal(place_of("ten_1"), Secret("token")), [&](const std::exception_ptr&, const auto& made) {
      EXPECT_TRUE(made) << made.error().detail;
      ++sealed;
    });
  }
  while (sealed < 200 && context.run_one() > 0) {
  }
  const auto keys = keys_of("ten_1");
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_LE(keys[0].seals_reserved, 2 * Options{}.seals_per_block) << "one block a node";
}

TEST_F(VaultOnSqlite, security_s40_counts_cover_the_seals_of_all_threads_and_lives) {
  const Options options{.seals_per_block = 7, .new_key_at = 150, .refuse_at = 300};
  std::map<std::string, std::int64_t> made;
  std::mutex mutex;
  for (int life = 0; life < 3; ++life) {
    auto one = ring(roots, options);
    auto two = ring(roots, options);
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 60; ++i) {
          auto sealed = rig.run((t % 2 == 0 ? *one : *two).seal(place_of("ten_1"), Secret("token")));
          const std::lock_guard lock(mutex);
          ASSERT_TRUE(sealed) << sealed.error().detail;
          ++made[KeyRing::data_key_of(*sealed)];
        }
      });
    }
    for (auto& thread : threads) thread.join();
    one.reset();
    two.reset();
    rig.reopen();
    for (const auto& key : keys_of("ten_1")) {
      EXPECT_GE(key.seals_reserved, made[key.id]);
      EXPECT_LE(key.seals_reserved, 150);
    }
  }
  EXPECT_GT(made.size(), 1U);
}

TEST_F(VaultOnSqlite, security_s42_root_rotation_on_disk) {
  std::vector<Sealed> sealed;
  {
    auto before = ring(roots);
    for (int i = 0; i < 120; ++i) sealed.push_back(rig.run(before->seal(place_of("ten_" + std::to_string(i)), Secret("token"))).value());
  }
  auto both = test::root_keys({'b', 'a'}, random);
  EXPECT_EQ(rig.run(ring(both)->rewrap_all()).value(), 121);
  rig.reopen();
  auto only_new = test::root_keys({'b'}, random);
  auto after = ring(only_new);
  for (int i = 0; i < 120; ++i)
    EXPECT_EQ(rig.run(after->open(place_of("ten_" + std::to_string(i)), sealed[static_cast<std::size_t>(i)]))->reveal(), "token");
  KeyRing old(rig.store(), roots, clock, random);
  EXPECT_EQ(rig.run(old.start()).error().code, Code::kKeyUnavailable);
}

TEST_F(VaultOnSqlite, security_s42_wrong_root_key_leaves_the_file_as_it_is) {
  {
    EXPECT_TRUE(rig.run(ring(roots)->seal(place_of("ten_1"), Secret("token"))));
  }
  rig.reopen();
  const auto before = rig.store().commits();
  auto wrong = test::root_keys({'x'}, random);
  KeyRing refused(rig.store(), wrong, clock, random);
  EXPECT_EQ(rig.run(refused.start()).error().code, Code::kKeyUnavailable);
  for (const auto* tenant : {"ten_1", "ten_2"}) EXPECT_FALSE(rig.run(refused.seal(place_of(tenant), Secret("token"))));
  EXPECT_EQ(rig.store().commits(), before);
}

TEST_F(VaultOnSqlite, security_s40_nothing_secret_is_on_disk_in_clear) {
  const std::string root(31, 'r');
  const std::string secret = "ya29.this-is-a-secret-token";
  auto keys = ring(roots);
  const Records records(rig.store(), *keys);
  model::EndpointSet set{.credential = model::CredentialId{"cred_1"}, .tenant = model::TenantId{"ten_1"}, .number = 1};
  set.secrets.push_back({.sealed = rig.run(keys->seal(place_of("ten_1"), Secret(secret))).value()});
  ASSERT_TRUE(rig.run(rig.store().apply({.writes = {records.put(set)}})));
  const auto data_key =
      rig.run(roots.unwrap(roots.current(), keys_of("ten_1").at(0).wraps.at(0).wrapped, wrap_context(keys_of("ten_1").at(0)))).value();
  const auto disk = rig.bytes();
  ASSERT_THAT(disk, HasSubstr("cred_1/1"));
  for (const auto bytes : {std::string_view(root), std::string_view(secret), data_key.reveal()}) {
    EXPECT_EQ(disk.find(bytes), std::string::npos);
    EXPECT_EQ(disk.find(model::to_base64(bytes)), std::string::npos);
    EXPECT_EQ(disk.find(model::to_hex(bytes)), std::string::npos);
  }
}

}  // namespace
}  // namespace valetkey::vault
