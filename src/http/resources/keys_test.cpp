#include <gmock/gmock.h>

#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using test::credential_body;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class KeysTest : public testing::Test {
 public:
  test::AdminRig rig;

  test::AdminRig::Answer make(const std::string& with, std::string_view members) {
    return rig.call("POST", "/v1/keys", with, fmt::format(R"({{"name":"made"{}}})", members));
  }
};

TEST_F(KeysTest, a_key_is_shown_once) {
  const auto made = make(rig.admin, R"(,"scopes":["tokens:read"])");
  ASSERT_EQ(made.status, 201) << made.raw.body;
  const auto key = made.text("key");
  EXPECT_THAT(key, StartsWith("vk_"));
  EXPECT_EQ(key.size(), 3u + 43u);
  for (const auto* target : {"/v1/keys", "/v1/audit"}) EXPECT_THAT(rig.get(target).raw.body, Not(HasSubstr(key)));
  const auto read = rig.get("/v1/keys/" + made.text("id"));
  EXPECT_THAT(read.raw.body, Not(HasSubstr(key)));
  EXPECT_EQ(read.at("scopes").as_array().size(), 1u);
  EXPECT_EQ(rig.call("GET", "/v1/policy", key).status, 200);
}

TEST_F(KeysTest, security_s17_a_new_key_has_no_more_scopes_than_its_maker) {
  const auto maker = rig.key(ScopeSet{Scope::kKeysWrite, Scope::kTokensRead});
  EXPECT_EQ(make(maker, R"(,"scopes":["tokens:read"])").status, 201);
  const auto refused = make(maker, R"(,"scopes":["tokens:read","secrets:export"])");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.pointers(), ElementsAre("/scopes"));
  const auto all = make(maker, R"(,"scopes":["*"])");
  ASSERT_EQ(all.status, 201);
  EXPECT_EQ(all.at("scopes").as_array().size(), 2u);
  EXPECT_EQ(make(rig.key(ScopeSet{Scope::kTokensRead}), R"(,"scopes":["tokens:read"])").status, 403);
}

TEST_F(KeysTest, security_s17_a_new_key_has_no_wider_limits_than_its_maker) {
  const auto mine = rig.engine.credential.id.str();
  const auto foreign = rig.post("/v1/credentials", credential_body()).text("id");
  const auto maker = rig.key(ScopeSet::all(), {.credentials = {mine}});
  EXPECT_THAT(make(maker, R"(,"scopes":["tokens:read"])").pointers(), ElementsAre("/limits/credentials"));
  EXPECT_EQ(make(maker, fmt::format(R"(,"scopes":["*"],"limits":{{"credentials":["{}"]}})", foreign)).status, 403);
  EXPECT_EQ(make(maker, fmt::format(R"(,"scopes":["*"],"limits":{{"credentials":["{}"]}})", mine)).status, 201);
}

TEST_F(KeysTest, security_s17_a_new_key_does_not_outlive_its_maker) {
  const auto end = rig.engine.clock.wall_now() + std::chrono::hours(1);
  const auto maker = rig.key_of({.tenant = rig.engine.tenant, .name = "short", .scopes = ScopeSet::all(), .limits = {}, .expires_at = end});
  EXPECT_THAT(make(maker, R"(,"scopes":["*"])").pointers(), ElementsAre("/expires_at"));
  const auto at = [](model::WallTime time) { return fmt::format(R"(,"scopes":["*"],"expires_at":"{}")", model::to_rfc3339(time)); };
  EXPECT_EQ(make(maker, at(end + model::Milliseconds{1})).status, 403);
  EXPECT_EQ(make(maker, at(end)).status, 201);
}

TEST_F(KeysTest, security_s17_installation_keys_are_another_kind) {
  EXPECT_EQ(make(rig.admin, R"(,"role":"installation")").status, 403);
  const auto made = make(rig.installation, R"(,"role":"installation")");
  ASSERT_EQ(made.status, 201) << made.raw.body;
  EXPECT_THAT(made.text("key"), StartsWith("vki_"));
  for (const auto* target : {"/v1/credentials", "/v1/events", "/v1/integrations", "/v1/policy"})
    EXPECT_EQ(rig.call("GET", target, rig.installation).status, 403) << target;
  EXPECT_THAT(make(rig.installation, R"(,"role":"installation","scopes":["*"],"tenant":"ten_test")").pointers(),
              testing::UnorderedElementsAre("/scopes", "/tenant"));
}

TEST_F(KeysTest, security_s17_a_limited_key_knows_of_no_others) {
  const auto mine = rig.engine.credential.id.str();
  const auto maker = rig.key(ScopeSet::all(), {.credentials = {mine}});
  EXPECT_EQ(rig.call("GET", "/v1/keys", maker).at("data").as_array().size(), 1u);
  const auto admin_id = std::string(rig.get("/v1/keys").at("data").at(0).at("id").as_string());
  const auto hidden = rig.call("DELETE", "/v1/keys/" + admin_id, maker);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.text("detail"), rig.call("DELETE", "/v1/keys/key_nothing", maker).text("detail"));
}

TEST_F(KeysTest, security_s18_the_first_admin_key_ends_the_bootstrap_key) {
  const auto bootstrap = rig.key_of({.tenant = rig.engine.tenant,
                                     .role = model::KeyRole::kBootstrap,
                                     .name = "bootstrap",
                                     .scopes = ScopeSet::all(),
                                     .limits = {},
                                     .expires_at = rig.engine.clock.wall_now() + std::chrono::hours(24)});
  ASSERT_EQ(make(bootstrap, R"(,"scopes":["tokens:read"])").status, 201);  // makes no keys: the bootstrap key lives on
  ASSERT_EQ(make(bootstrap, R"(,"scopes":["*"])").status, 201);
  rig.engine.clock.advance(model::Seconds{2});
  EXPECT_EQ(make(bootstrap, R"(,"scopes":["*"])").status, 401);
}

TEST_F(KeysTest, security_s19_a_repeat_does_not_show_the_key_again) {
  const model::Pairs headers{{"idempotency-key", "once"}};
  const auto body = R"({"name":"made","scopes":["tokens:read"]})";
  const auto first = rig.post("/v1/keys", body, headers);
  ASSERT_EQ(first.status, 201);
  const auto again = rig.post("/v1/keys", body, headers);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "idempotency_conflict");
  EXPECT_THAT(again.raw.body, HasSubstr(first.text("id")));
  EXPECT_THAT(again.raw.body, Not(HasSubstr(first.text("key"))));
  const auto rows = rig.value_of(rig.engine.store->find({.kind = model::Kind::kIdempotency}));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].doc, Not(HasSubstr(first.text("key"))));
}

TEST_F(KeysTest, bad_members_are_told_with_their_pointers) {
  const std::pair<std::string_view, std::vector<std::string>> table[] = {
      {"{}", {"/name", "/scopes"}},
      {R"({"name":"x","scopes":[]})", {"/scopes"}},
      {R"({"name":"x","scopes":["tokens:read","tokens:delete"]})", {"/scopes/1"}},
      {R"({"name":"x","scopes":["*"],"expires_at":"tomorrow"})", {"/expires_at"}},
      {R"({"name":"x","scopes":["*"],"expires_at":"2020-01-01T00:00:00Z"})", {"/expires_at"}},
      {R"({"name":"x","scopes":["*"],"limits":{"credentials":["cred_nothing"],"colour":1}})", {"/limits/colour"}},
      {R"({"name":"x","scopes":["*"],"limits":{"credentials":["cred_nothing"]}})", {"/limits/credentials/0"}},
      {R"({"name":"x","scopes":["*"],"role":"root"})", {"/role"}},
      {R"({"name":"x","scopes":["*"],"tenant":"ten_other"})", {"/tenant"}},
  };
  for (const auto& [body, pointers] : table) {
    const auto answer = rig.post("/v1/keys", std::string(body));
    EXPECT_EQ(answer.status, 422) << body << answer.raw.body;
    EXPECT_EQ(answer.pointers(), pointers) << body;
  }
  const auto nobody = rig.call("POST", "/v1/keys", rig.installation, R"({"name":"x","scopes":["*"],"tenant":"ten_nothing"})");
  EXPECT_THAT(nobody.pointers(), ElementsAre("/tenant"));
}

TEST_F(KeysTest, a_deleted_key_is_refused_and_nobody_deletes_the_one_in_hand) {
  const auto made = make(rig.admin, R"(,"scopes":["*"])");
  const auto target = "/v1/keys/" + made.text("id");
  EXPECT_EQ(rig.call("DELETE", target, made.text("key")).status, 409);
  EXPECT_EQ(rig.del(target).status, 204);
  EXPECT_EQ(rig.call("GET", "/v1/policy", made.text("key")).status, 401);
  EXPECT_EQ(rig.del(target).status, 404);
  EXPECT_THAT(rig.audited_actions(rig.engine.tenant.str()), ElementsAre("key.created", "key.deleted"));
}

}  // namespace
}  // namespace valetkey::http
