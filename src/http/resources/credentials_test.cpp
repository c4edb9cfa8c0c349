#include <gmock/gmock.h>

#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using test::credential_body;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

class CredentialsTest : public testing::Test {
 public:
  test::AdminRig rig;

  std::string create(std::string_view name = "main", std::string_view more = "") {
    auto made = rig.post("/v1/credentials", credential_body(name, more));
    EXPECT_EQ(made.status, 201) << made.raw.body;
    return made.status == 201 ? made.text("id") : "";
  }
  std::string path(const std::string& id) { return "/v1/credentials/" + id; }
};

TEST_F(CredentialsTest, a_credential_answers_with_what_the_operator_pastes) {
  const auto made = rig.post("/v1/credentials", credential_body());
  ASSERT_EQ(made.status, 201) << made.raw.body;
  EXPECT_EQ(made.text("authentication_url"), "https://broker.example/oauth/callback/sim");
  EXPECT_THAT(made.text("webhook_url"), testing::MatchesRegex("https://broker.example/hooks/sim/[A-Za-z0-9_-]{22}"));
  EXPECT_THAT(made.text("action_url"), testing::MatchesRegex("https://broker.example/actions/sim/[A-Za-z0-9_-]{22}"));
  EXPECT_TRUE(made.at("client_secret_set").as_bool());
  EXPECT_EQ(made.at("endpoint_set").as_int64(), 1);
  EXPECT_EQ(made.etag(), "\"1\"");
  EXPECT_EQ(*made.raw.header("Location"), path(made.text("id")));
  const auto read = rig.get(path(made.text("id")));
  EXPECT_EQ(read.body, made.body);
}

TEST_F(CredentialsTest, no_answer_and_no_audit_entry_holds_the_secret) {
  const auto id = create();
  ASSERT_EQ(rig.patch(path(id), R"({"client_secret":"s3cret-of-later","name":"renamed"})").status, 200);
  ASSERT_EQ(rig.post(path(id) + "/rotate-secret", R"({"client_secret":"s3cret-of-third"})").status, 200);
  for (const auto& target : {path(id), std::string("/v1/credentials"), std::string("/v1/audit"), std::string("/v1/events")})
    EXPECT_THAT(rig.get(target).raw.body, Not(HasSubstr("s3cret"))) << target;
  EXPECT_FALSE(rig.engine.log.holds("s3cret"));
}

TEST_F(CredentialsTest, the_webhook_key_never_changes) {
  const auto id = create();
  const auto before = rig.get(path(id)).text("webhook_url");
  const auto changed = rig.patch(path(id), R"({"token_url":"https://sim.example/token2","client_secret":"again"})");
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_EQ(changed.text("webhook_url"), before);
}

struct BadBody {
  std::string name;
  std::string body;
  std::vector<std::string> pointers;
  std::string code = "invalid_input";
};

TEST_F(CredentialsTest, every_bad_member_is_told_with_its_pointer) {
  const auto body = [](std::string_view more) { return credential_body("bad", more); };
  const BadBody table[] = {
      {"nothing", "{}", {"/integration"}},
      {"unknown integration", R"({"integration":"nobody"})", {"/integration"}},
      {"all required members at once", R"({"integration":"sim"})", {"/name", "/client_id", "/grant_type", "/client_secret"}},
      {"unknown member", body(R"(,"colour":"red")"), {"/colour"}},
      {"a member of the answer", body(R"(,"warnings":[])"), {"/warnings"}},
      {"http token url", body(R"(,"token_url":"http://sim.example/token")"), {"/token_url"}},
      {"user info in base uri", body(R"(,"base_uri":"https://sim.example@evil.example/")"), {"/base_uri"}},
      {"two bad members", body(R"(,"token_url":"x","return_urls":["https://a.example","nope"])"), {"/return_urls/1", "/token_url"}},
      {"a scope with a space", body(R"(,"scopes":["read","a b"])"), {"/scopes/1"}},
      {"a public client with a secret", body(R"(,"client_authentication":"none")"), {"/client_secret"}},
      {"an authentication type of nobody", body(R"(,"authentication_type":"saml")"), {"/authentication_type"}},
      {"front channel", body(R"(,"response_type":"token")"), {"/response_type"}, "not_supported"},
      {"custom token steps without services",
       body(R"(,"custom":true)"),
       {"/config_services/token_generation", "/config_services/token_refreshal"}},
      {"a callback key that nobody reserved", body(R"(,"callback_key":"AAAAAAAAAAAAAAAAAAAAAA")"), {"/callback_key"}},
  };
  for (const auto& row : table) {
    const auto answer = rig.post("/v1/credentials", row.body);
    EXPECT_EQ(answer.status, 422) << row.name << answer.raw.body;
    EXPECT_EQ(answer.code(), row.code) << row.name;
    EXPECT_THAT(answer.pointers(), testing::UnorderedElementsAreArray(row.pointers)) << row.name << answer.raw.body;
  }
  EXPECT_EQ(rig.get("/v1/credentials?name=bad").at("data").as_array().size(), 0u);
}

TEST_F(CredentialsTest, what_is_no_json_object_is_400) {
  EXPECT_EQ(rig.post("/v1/credentials", "[]").code(), "malformed_request");
  EXPECT_EQ(rig.post("/v1/credentials", "{").code(), "malformed_request");
}

TEST_F(CredentialsTest, a_name_is_unique_in_the_tenant) {
  const auto first = create("same");
  const auto second = create("another");
  const auto again = rig.post("/v1/credentials", credential_body("same"));
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.pointers(), ElementsAre("/name"));
  const auto renamed = rig.patch(path(second), R"({"name":"same"})");
  EXPECT_EQ(renamed.status, 409);
  EXPECT_THAT(renamed.pointers(), ElementsAre("/name"));
  EXPECT_EQ(rig.call("POST", "/v1/credentials", rig.other, credential_body("same")).status, 201);
}

TEST_F(CredentialsTest, filters_and_pages) {
  std::vector<std::string> ids;
  for (const auto* name : {"app-1", "app-2", "app-3", "tool"}) {
    rig.engine.clock.advance(model::Milliseconds{1});  // ids sort by birth
    ids.push_back(create(name));
  }
  EXPECT_EQ(rig.get("/v1/credentials?name=app-").at("data").as_array().size(), 3u);
  EXPECT_EQ(rig.get("/v1/credentials?integration=nobody").at("data").as_array().size(), 0u);
  EXPECT_EQ(rig.get("/v1/credentials?grant_type=password").at("data").as_array().size(), 0u);
  EXPECT_EQ(rig.get("/v1/credentials?grant_type=implicit").status, 422);

  std::vector<std::string> seen;
  std::string target = "/v1/credentials?limit=2&name=app-";
  for (int page = 0; page < 5; ++page) {
    const auto answer = rig.get(target);
    for (const auto& each : answer.at("data").as_array()) seen.emplace_back(each.at("id").as_string());
    if (answer.at("next").is_null()) break;
    target = "/v1/credentials?limit=2&name=app-&after=" + answer.text("next");
  }
  ids.pop_back();
  EXPECT_EQ(seen, ids);
}

TEST_F(CredentialsTest, if_match_guards_a_change) {
  const auto id = create();
  const auto first = rig.get(path(id)).etag();
  EXPECT_EQ(rig.patch(path(id), R"({"description":"one"})", {{"if-match", first}}).status, 200);
  const auto late = rig.patch(path(id), R"({"description":"two"})", {{"if-match", first}});
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(rig.get(path(id)).text("description"), "one");
}

TEST_F(CredentialsTest, the_quota_of_the_policy_holds_to_the_last_one) {
  const auto policy = rig.patch("/v1/policy", R"({"max_credentials":3})");
  ASSERT_EQ(policy.status, 200) << policy.raw.body;
  create("second");  // the rig has one
  create("third");
  const auto fourth = rig.post("/v1/credentials", credential_body("fourth"));
  EXPECT_EQ(fourth.code(), "quota_exceeded");
}

TEST_F(CredentialsTest, the_policy_can_forbid_the_password_grant) {
  constexpr std::string_view kBody =
      R"({"name":"p","integration":"sim","grant_type":"password","client_id":"id","client_secret":"secret"})";
  ASSERT_EQ(rig.patch("/v1/policy", R"({"forbid_password_grant":true})").status, 200);
  const auto refused = rig.post("/v1/credentials", std::string(kBody));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "policy_forbids");
  EXPECT_THAT(refused.pointers(), ElementsAre("/grant_type"));
  EXPECT_EQ(rig.call("POST", "/v1/credentials", rig.other, std::string(kBody)).status, 201);
}

TEST_F(CredentialsTest, deletion_waits_for_its_connections_or_takes_them_along) {
  const auto connection = rig.engine.connect();
  const auto& id = rig.engine.credential.id.str();
  const auto refused = rig.del(path(id));
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.text("detail"), HasSubstr("1 connections"));
  const auto reader = rig.key(ScopeSet{Scope::kCredentialsWrite});
  EXPECT_EQ(rig.call("DELETE", path(id) + "?cascade=true", reader).status, 403);
  EXPECT_EQ(rig.del(path(id) + "?cascade=yes").status, 422);

  const auto removed = rig.del(path(id) + "?cascade=true");
  ASSERT_EQ(removed.status, 200) << removed.raw.body;
  EXPECT_EQ(removed.at("connections").at(0).at("id").as_string(), connection.id.str());
  EXPECT_EQ(rig.get(path(id)).status, 404);
  EXPECT_EQ(rig.count(model::Kind::kEndpointSet), 0);
  EXPECT_EQ(rig.count(model::Kind::kGrant), 0);
  EXPECT_THAT(rig.engine.event_types(), Contains("connection.deleted"));
  EXPECT_THAT(rig.audited_actions(rig.engine.tenant.str()), testing::IsSupersetOf({"connection.deleted", "credential.deleted"}));
}

TEST_F(CredentialsTest, a_rotated_secret_is_tried_first_and_the_old_one_until_its_window_ends) {
  const auto id = create();
  auto client = [&] { return rig.value_of(oauth::load_client(*rig.engine.context, rig.engine.tenant, model::CredentialId{id}, 1)); };
  ASSERT_EQ(rig.post(path(id) + "/rotate-secret", R"({"client_secret":"newer","window_seconds":60})").status, 200);
  ASSERT_EQ(client().secrets.size(), 2u);
  EXPECT_EQ(client().secrets[0].reveal(), "newer");
  EXPECT_EQ(client().secrets[1].reveal(), "s3cret-of-main");
  rig.engine.clock.advance(model::Milliseconds{59'999});
  EXPECT_EQ(client().secrets.size(), 2u);
  rig.engine.clock.advance(model::Milliseconds{1});
  EXPECT_EQ(client().secrets.size(), 1u);
  ASSERT_EQ(rig.post(path(id) + "/rotate-secret", R"({"client_secret":"at once","window_seconds":0})").status, 200);
  ASSERT_EQ(client().secrets.size(), 1u);
  EXPECT_EQ(client().secrets[0].reveal(), "at once");
}

TEST_F(CredentialsTest, rotation_lets_a_rejected_client_try_again_and_names_bad_members) {
  auto credential = rig.engine.stored_credential();
  credential.client_error = model::ClientError{.code = "invalid_client", .since = rig.engine.clock.wall_now()};
  rig.put(credential);
  const auto target = path(credential.id.str());
  EXPECT_THAT(rig.post(target + "/rotate-secret", R"({"window_seconds":-1})").pointers(),
              UnorderedElementsAre("/client_secret", "/window_seconds"));
  EXPECT_FALSE(rig.get(target).at("client_error").is_null());
  ASSERT_EQ(rig.post(target + "/rotate-secret", R"({"client_secret":"right"})").status, 200);
  EXPECT_TRUE(rig.get(target).at("client_error").is_null());
}

TEST_F(CredentialsTest, a_limited_key_sees_its_credentials_only) {
  const auto mine = create("mine");
  const auto foreign = create("foreign");
  const auto limited = rig.key(ScopeSet::all(), {.credentials = {mine}});
  EXPECT_EQ(rig.call("GET", path(mine), limited).status, 200);
  EXPECT_EQ(rig.call("GET", path(foreign), limited).body.at("detail"), rig.call("GET", path("cred_nothing"), limited).body.at("detail"));
  EXPECT_EQ(rig.call("PATCH", path(foreign), limited, R"({"name":"x"})").status, 404);
  const auto list = rig.call("GET", "/v1/credentials", limited);
  ASSERT_EQ(list.at("data").as_array().size(), 1u);
  EXPECT_EQ(list.at("data").at(0).at("id").as_string(), mine);
  EXPECT_EQ(rig.call("POST", "/v1/credentials", limited, credential_body("third")).status, 403);
}

TEST_F(CredentialsTest, security_s20_export_needs_its_scope_and_comes_later) {
  const auto id = create();
  auto without = ScopeSet::all().without({Scope::kSecretsExport});
  EXPECT_EQ(rig.call("POST", path(id) + "/export", rig.key(without)).status, 403);
  const auto answer = rig.post(path(id) + "/export", "{}");
  EXPECT_EQ(answer.code(), "not_supported");
  EXPECT_THAT(answer.raw.body, Not(HasSubstr("s3cret")));
  EXPECT_EQ(rig.call("POST", path(id) + "/export", rig.installation).status, 403);
  EXPECT_EQ(rig.call("POST", path(id) + "/export", rig.other).status, 404);
  EXPECT_EQ(rig.post("/v1/credentials/import", "{}").code(), "not_supported");
}

TEST_F(CredentialsTest, security_s19_a_repeated_post_makes_one_credential) {
  const model::Pairs headers{{"idempotency-key", "once"}};
  const auto first = rig.post("/v1/credentials", credential_body(), headers);
  const auto again = rig.post("/v1/credentials", credential_body(), headers);
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(rig.get("/v1/credentials?name=main").at("data").as_array().size(), 1u);
  EXPECT_EQ(rig.post("/v1/credentials", credential_body("changed"), headers).code(), "idempotency_conflict");
  EXPECT_THAT(rig.audited_actions(rig.engine.tenant.str()), ElementsAre("credential.created"));
}

}  // namespace
}  // namespace valetkey::http
