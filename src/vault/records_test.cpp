#include "vault/records.hpp"

#include <gmock/gmock.h>

#include "support/vault_rig.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;
using test::run;
using testing::HasSubstr;

struct RecordsTest : testing::Test {
  test::VaultRig rig;
  std::unique_ptr<KeyRing> keys = rig.ring();
  Records records{rig.store, *keys};
  const model::TenantId tenant{"ten_1"};

  void store(ports::Put put) { ASSERT_TRUE(run(rig.store.apply({.writes = {std::move(put)}}))); }
  void store_key() {
    store(records.put(model::ApiKey{.id = model::ApiKeyId{"key_1"},
                                    .tenant = tenant,
                                    .role = model::KeyRole::kTenant,
                                    .name = "k",
                                    .scopes = {"tokens:read"},
                                    .lookup = "aa",
                                    .hash = "bb"}));
  }
  void store_credential() {
    store(records.put(model::Credential{.id = model::CredentialId{"cred_1"},
                                        .tenant = tenant,
                                        .name = "n",
                                        .integration = "custom",
                                        .client_id = "id",
                                        .return_urls = {"https://good.example/back"}}));
  }
  template <class Record>
  void expect_integrity_error(const std::string& id) {
    for (const auto& loaded : {run(records.load<Record>(tenant, id)), run(records.load_any<Record>(id))}) {
      ASSERT_FALSE(loaded);
      EXPECT_EQ(loaded.error().code, Code::kIntegrity);
      EXPECT_THAT(loaded.error().detail, HasSubstr(id + " fails its integrity check"));
    }
    const auto found = run(records.find<Record>({.tenant = tenant.str()}));
    ASSERT_FALSE(found) << "a list is no way around";
    EXPECT_EQ(found.error().code, Code::kIntegrity);
  }
  static void replace(std::string& text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    text.replace(at, from.size(), to);
  }
};

TEST_F(RecordsTest, load_what_was_put) {
  store_key();
  const auto key = run(records.load<model::ApiKey>(tenant, "key_1"));
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->scopes, std::vector<std::string>{"tokens:read"});
  EXPECT_EQ(key->revision, 1);
  EXPECT_EQ(run(records.find<model::ApiKey>({.tenant = tenant.str()}))->size(), 1U);
}

TEST_F(RecordsTest, another_tenants_record_looks_like_none) {
  store_credential();
  const auto foreign = run(records.load<model::Credential>(model::TenantId{"ten_2"}, "cred_1"));
  const auto none = run(records.load<model::Credential>(tenant, "cred_2"));
  ASSERT_FALSE(foreign);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kNotFound);
  EXPECT_EQ(none.error().detail, "no such credential");
  EXPECT_EQ(foreign.error().code, none.error().code);
  EXPECT_EQ(foreign.error().detail, none.error().detail);
}

TEST_F(RecordsTest, security_s41_a_key_that_was_given_more_is_refused) {
  store_key();
  const auto whole = rig.store.rows().at({Kind::kApiKey, "key_1"});
  const std::vector<std::pair<const char*, std::function<void(model::Row&)>>> attacks{
      {"scopes", [](model::Row& row) { replace(row.doc, "tokens:read", "keys:write"); }},
      {"role", [](model::Row& row) { row.columns[1] = std::string("installation"); }},
      {"tenant", [](model::Row& row) { row.tenant = "ten_2"; }},
      {"lookup", [](model::Row& row) { row.columns[0] = std::string("cc"); }},
      {"no mac", [](model::Row& row) { row.mac.clear(); }},
      {"half a mac", [](model::Row& row) { row.mac.resize(16); }},
      {"a bit of the mac", [](model::Row& row) { row.mac[0] = static_cast<char>(row.mac[0] ^ 1); }},
  };
  for (const auto& [name, attack] : attacks) {
    rig.store.tamper(Kind::kApiKey, "key_1", attack);
    const auto loaded = run(records.load_any<model::ApiKey>("key_1"));
    ASSERT_FALSE(loaded) << name;
    EXPECT_EQ(loaded.error().code, Code::kIntegrity) << name;
    rig.store.tamper(Kind::kApiKey, "key_1", [&](model::Row& row) { row = whole; });
    EXPECT_TRUE(run(records.load_any<model::ApiKey>("key_1"))) << "put right again after " << name;
  }
}

TEST_F(RecordsTest, security_s41_return_urls_cannot_be_added) {
  store_credential();
  rig.store.tamper(Kind::kCredential, "cred_1", [](model::Row& row) { replace(row.doc, "good.example", "evil.example"); });
  expect_integrity_error<model::Credential>("cred_1");
}

TEST_F(RecordsTest, security_s41_endpoints_cannot_be_changed) {
  const model::EndpointSet set{.credential = model::CredentialId{"cred_1"},
                               .tenant = tenant,
                               .number = 1,
                               .client_id = "id",
                               .token_url = "https://good.example/token"};
  store(records.put(set));
  const auto id = model::endpoint_set_id(set.credential, set.number);
  ASSERT_TRUE(run(records.load<model::EndpointSet>(tenant, id)));
  rig.store.tamper(Kind::kEndpointSet, id, [](model::Row& row) { replace(row.doc, "good.example", "evil.example"); });
  expect_integrity_error<model::EndpointSet>(id);
}

TEST_F(RecordsTest, security_s41_a_row_cannot_stand_for_another) {
  store_key();
  auto row = rig.store.rows().at({Kind::kApiKey, "key_1"});
  row.id = "key_2";
  store({row});
  expect_integrity_error<model::ApiKey>("key_2");
}

TEST_F(RecordsTest, security_s41_the_mac_of_another_store_does_not_fit) {
  store_key();
  test::VaultRig other;
  other.random.bytes(1);
  const auto foreign = other.ring();
  EXPECT_EQ(run(Records(rig.store, *foreign).load_any<model::ApiKey>("key_1")).error().code, Code::kIntegrity);
}

TEST_F(RecordsTest, rows_without_protection_carry_no_mac) {
  EXPECT_TRUE(records.put(model::Connection{.id = model::ConnectionId{"conn_1"}, .tenant = tenant}).row.mac.empty());
  EXPECT_EQ(records.put(model::Tenant{.id = tenant}).row.mac.size(), 32U);
}

TEST_F(RecordsTest, a_store_that_is_away_is_not_an_absent_record) {
  rig.store.set_away(true);
  EXPECT_EQ(run(records.load<model::Credential>(tenant, "cred_1")).error().code, Code::kStoreUnavailable);
}

}  // namespace
}  // namespace valetkey::vault
