#include <gmock/gmock.h>

#include "oauth/older_connections.hpp"
#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using model::Code;
using model::ConnectionState;
using test::custom_integration_body;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kEvil = "https://evil.example/token";

/// Attacks on where secrets and tokens go: whoever can change a credential must not learn its client secret, nor a token.
class EndpointChangeTest : public testing::Test {
 public:
  test::AdminRig rig;
  test::EngineRig& engine = rig.engine;
  const std::string path = "/v1/credentials/" + engine.credential.id.str();

  auto change(std::string_view members) { return rig.patch(path, "{" + std::string(members) + "}"); }
  auto carry_over(const std::string& key, std::string_view body = R"({"from":1})") {
    return rig.call("POST", path + "/carry-over", key, std::string(body));
  }
  /// What the wiring does at start.
  void resume() {
    rig.value_of([](oauth::Context& context) -> ports::Answer<void> {
      co_await oauth::resume_marking(context);
      co_return model::Result<void>{};
    }(*engine.context));
  }
  int announced() { return static_cast<int>(std::ranges::count(engine.event_types(), "connection.needs_reconnect")); }
};

TEST_F(EndpointChangeTest, security_s01_other_endpoints_need_the_secret_again) {
  const auto connection = engine.connect();
  const std::string table[] = {
      R"("token_url":"https://evil.example/token")",
      R"("refresh_url":"https://evil.example/token")",
      R"("base_uri":"https://evil.example/api")",
      R"("base_uri":"https://sim.example/ap")",
      R"("base_uri":"https://sim.example/apis")",
      R"("base_uri":"https://sim.example:8443/api/v1")",
      R"("authorization_url":"https://evil.example/authorize")",
      R"("revocation_url":"https://evil.example/revoke")",
      R"("introspection_url":"https://evil.example/introspect")",
      R"("userinfo_url":"https://evil.example/me")",
      R"("issuer":"https://evil.example")",
      R"("client_id":"another")",
      R"("redirect_uri":"https://evil.example/callback")",
      R"("client_authentication":"client_secret_post")",
      R"("config_services":{"token_validation":"mine"})",
      R"("token_url":"https://evil.example/token","client_secret":null)",
  };
  for (const auto& members : table) {
    const auto answer = change(members);
    EXPECT_EQ(answer.status, 422) << members << answer.raw.body;
    EXPECT_THAT(answer.pointers(), ElementsAre("/client_secret")) << members;
  }
  EXPECT_EQ(engine.stored_credential().endpoint_set, 1);
  EXPECT_EQ(rig.count(model::Kind::kEndpointSet), 1);
  EXPECT_EQ(engine.stored(connection).state, ConnectionState::kActive);
}

TEST_F(EndpointChangeTest, security_s01_with_another_secret_older_tokens_and_secrets_go_nowhere) {
  const auto connection = engine.connect(60);
  ASSERT_EQ(change(R"("token_url":"https://evil.example/token","client_secret":"attackers")").status, 200);
  engine.settle();
  const auto read = engine.read(connection, {.min_ttl = model::Seconds{600}});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kNeedsReconnect);
  engine.pass(model::Seconds{120});  // past the token's end, with the background refresher looking
  (void)rig.value_of(engine.background->refresh_due());
  engine.settle();
  EXPECT_THAT(engine.provider.seen, IsEmpty());
  const auto set = rig.load<model::EndpointSet>(model::endpoint_set_id(engine.credential.id, 2));
  EXPECT_EQ(set.token_url, kEvil);
  EXPECT_EQ(set.secrets.size(), 1u);
}

TEST_F(EndpointChangeTest, security_s01_older_connections_are_marked_and_announced_once) {
  const auto first = engine.connect();
  const auto second = engine.connect();
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token2","client_secret":"again")").status, 200);
  engine.settle();
  engine.until([&] { return announced() == 2; });
  for (const auto& connection : {first, second}) {
    EXPECT_EQ(engine.stored(connection).state, ConnectionState::kNeedsReconnect);
    EXPECT_EQ(engine.stored(connection).state_reason, "endpoints_changed");
  }
  EXPECT_THAT(engine.event_types(), Contains("credential.endpoints_changed"));
  // A second change, and a crash's leftover, announce nothing again.
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token3","client_secret":"again")").status, 200);
  engine.settle();
  resume();
  EXPECT_EQ(announced(), 2);
  for (int number = 1; number <= 3; ++number)
    EXPECT_FALSE(rig.load<model::EndpointSet>(model::endpoint_set_id(engine.credential.id, number)).has_older_connections) << number;
}

TEST_F(EndpointChangeTest, security_s01_marking_goes_on_after_a_crash) {
  const auto connection = engine.connect();
  auto credential = engine.stored_credential();
  auto set = rig.load<model::EndpointSet>(model::endpoint_set_id(credential.id, 1));
  set.number = credential.endpoint_set = 2;
  set.has_older_connections = true;
  rig.put(set);
  rig.put(credential);
  // Unmarked, it hands out nothing all the same.
  const auto read = engine.read(connection);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kNeedsReconnect);
  EXPECT_EQ(engine.stored(connection).state, ConnectionState::kActive);
  resume();
  EXPECT_EQ(engine.stored(connection).state_reason, "endpoints_changed");
  EXPECT_EQ(announced(), 1);
}

TEST_F(EndpointChangeTest, security_s01_a_longer_path_of_the_base_uri_is_exempt_and_the_way_back_is_not) {
  const auto connection = engine.connect();
  const auto narrowed = change(R"("base_uri":"https://sim.example/api/v1")");
  ASSERT_EQ(narrowed.status, 200) << narrowed.raw.body;
  EXPECT_EQ(narrowed.text("base_uri"), "https://sim.example/api/v1");
  EXPECT_EQ(narrowed.at("endpoint_set").as_int64(), 1);
  EXPECT_TRUE(narrowed.at("warnings").as_array().empty() || narrowed.raw.body.find("drift") == std::string::npos);
  ASSERT_EQ(change(R"("base_uri":"https://sim.example/api/v1/users")").status, 200);
  engine.settle();
  EXPECT_EQ(engine.stored(connection).state, ConnectionState::kActive);
  const auto forced = engine.force(connection, 1);
  ASSERT_TRUE(forced) << forced.error().detail;
  EXPECT_EQ(forced->generation, 2);

  for (const auto* wider : {"https://sim.example/api/v1", "https://sim.example/api", "https://sim.example/"})
    EXPECT_THAT(change(fmt::format(R"("base_uri":"{}")", wider)).pointers(), ElementsAre("/client_secret")) << wider;
  EXPECT_THAT(change(R"("base_uri":null)").pointers(), ElementsAre("/client_secret"));
}

TEST_F(EndpointChangeTest, security_s01_narrowing_with_a_secret_is_a_rotation) {
  const auto connection = engine.connect();
  ASSERT_EQ(change(R"("base_uri":"https://sim.example/api/v1","client_secret":"newer")").status, 200);
  EXPECT_EQ(rig.load<model::EndpointSet>(model::endpoint_set_id(engine.credential.id, 1)).secrets.size(), 2u);
  ASSERT_TRUE(engine.force(connection, 1));
}

TEST_F(EndpointChangeTest, security_s01_a_public_client_gets_a_new_set_without_a_secret) {
  const auto connection = engine.connect();
  const auto changed = change(R"("client_authentication":"none","token_url":"https://evil.example/token")");
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_FALSE(changed.at("client_secret_set").as_bool());
  engine.until([&] { return announced() == 1; });
  EXPECT_FALSE(engine.read(connection));
  EXPECT_THAT(engine.provider.seen, IsEmpty());
}

TEST_F(EndpointChangeTest, security_s01_a_duplicate_does_not_inherit_the_secret) {
  auto copy = rig.get(path).body.as_object();
  for (const auto* derived : {"id", "client_secret_set", "client_secret_set_at", "endpoint_set", "origins", "webhook_url", "action_url",
                              "authentication_url", "callback_url", "warnings", "client_error", "created_at", "updated_at"})
    copy.erase(derived);
  std::vector<std::string> empty;
  for (const auto& member : copy)
    if (member.value().is_null()) empty.emplace_back(member.key());
  for (const auto& name : empty) copy.erase(name);
  copy["name"] = "copy";
  copy["token_url"] = kEvil;
  const auto answer = rig.post("/v1/credentials", boost::json::serialize(copy));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.pointers(), Contains("/client_secret"));
}

TEST_F(EndpointChangeTest, security_s01_a_changed_custom_integration_moves_no_endpoint) {
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body()).status, 201);
  const auto body = R"({"name":"acme","integration":"acme","grant_type":"authorization_code","client_id":"id","client_secret":"secret"})";
  const auto credential = rig.post("/v1/credentials", body);
  ASSERT_EQ(credential.status, 201) << credential.raw.body;
  const auto target = "/v1/credentials/" + credential.text("id");
  ASSERT_EQ(rig.patch("/v1/integrations/acme", R"({"token_url":"https://evil.example/token"})").status, 200);

  auto read = rig.get(target);
  EXPECT_EQ(read.text("token_url"), "https://acme.example/token");
  EXPECT_THAT(read.raw.body, HasSubstr("integration_changed"));
  // An innocent change keeps what is frozen.
  ASSERT_EQ(rig.patch(target, R"({"description":"x"})").status, 200);
  read = rig.get(target);
  EXPECT_EQ(read.text("token_url"), "https://acme.example/token");
  EXPECT_EQ(read.at("endpoint_set").as_int64(), 1);
  // The secret entered anew is consent to the endpoints of today.
  ASSERT_EQ(rig.patch(target, R"({"client_secret":"anew"})").status, 200);
  read = rig.get(target);
  EXPECT_EQ(read.text("token_url"), kEvil);
  EXPECT_EQ(read.at("endpoint_set").as_int64(), 2);
}

TEST_F(EndpointChangeTest, security_s01_only_an_installation_key_carries_connections_over) {
  const auto connection = engine.connect(60);
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token2","client_secret":"again")").status, 200);
  engine.until([&] { return announced() == 1; });
  EXPECT_EQ(carry_over(rig.admin).status, 403);
  EXPECT_EQ(carry_over(rig.other).status, 403);
  EXPECT_FALSE(engine.read(connection));

  const auto carried = carry_over(rig.installation);
  ASSERT_EQ(carried.status, 200) << carried.raw.body;
  EXPECT_EQ(carried.at("carried").as_int64(), 1);
  EXPECT_TRUE(carried.at("next").is_null());
  EXPECT_EQ(engine.stored(connection).state, ConnectionState::kActive);
  EXPECT_EQ(engine.grant_of(connection).endpoint_set, 2);
  EXPECT_THAT(engine.event_types(), Contains("connection.recovered"));
  const auto forced = engine.force(connection, 1);
  ASSERT_TRUE(forced) << forced.error().detail;
  ASSERT_EQ(engine.provider.seen.size(), 1u);
  EXPECT_EQ(engine.provider.seen[0].request.url, "https://sim.example/token2");

  const auto entries = rig.audit(engine.tenant.str());
  for (const auto* action : {"credential.carry_over", "connection.carried_over"}) {
    const auto entry = std::ranges::find(entries, action, &model::AuditEntry::action);
    ASSERT_NE(entry, entries.end()) << action;
    EXPECT_THAT(entry->detail, HasSubstr(R"("from_endpoint_set":1)"));
    EXPECT_THAT(entry->detail, HasSubstr(R"("to_endpoint_set":2)"));
  }
}

TEST_F(EndpointChangeTest, a_rotation_does_not_stop_a_carry_over) {
  engine.connect();
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token2","client_secret":"again")").status, 200);
  ASSERT_EQ(rig.post(path + "/rotate-secret", R"({"client_secret":"third"})").status, 200);
  EXPECT_EQ(carry_over(rig.installation).at("carried").as_int64(), 1);
}

TEST_F(EndpointChangeTest, carrying_over_goes_in_pages_and_names_its_faults) {
  for (int i = 0; i < 3; ++i) {
    engine.clock.advance(model::Milliseconds{1});
    engine.connect();
  }
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token2","client_secret":"again")").status, 200);
  engine.until([&] { return announced() == 3; });
  EXPECT_THAT(carry_over(rig.installation, "{}").pointers(), ElementsAre("/from"));
  EXPECT_THAT(carry_over(rig.installation, R"({"from":2})").pointers(), ElementsAre("/from"));
  EXPECT_THAT(carry_over(rig.installation, R"({"from":9})").pointers(), ElementsAre("/from"));
  EXPECT_EQ(rig.call("POST", "/v1/credentials/cred_nothing/carry-over", rig.installation, R"({"from":1})").status, 404);

  const auto first = carry_over(rig.installation, R"({"from":1,"limit":2})");
  EXPECT_EQ(first.at("carried").as_int64(), 2);
  ASSERT_FALSE(first.at("next").is_null());
  const auto rest = carry_over(rig.installation, fmt::format(R"({{"from":1,"limit":2,"after":"{}"}})", first.text("next")));
  EXPECT_EQ(rest.at("carried").as_int64(), 1);
  EXPECT_TRUE(rest.at("next").is_null());
}

TEST_F(EndpointChangeTest, a_grant_that_does_not_open_is_told_and_left) {
  const auto connection = engine.connect();
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token2","client_secret":"again")").status, 200);
  engine.until([&] { return announced() == 1; });
  auto grant = engine.grant_of(connection);
  grant.refresh_token.bytes.back() ^= 1;
  rig.put(grant);
  const auto carried = carry_over(rig.installation);
  ASSERT_EQ(carried.status, 200) << carried.raw.body;
  EXPECT_EQ(carried.at("carried").as_int64(), 0);
  EXPECT_EQ(carried.at("failed").at(0).as_string(), connection.id.str());
  EXPECT_EQ(engine.grant_of(connection).endpoint_set, 1);
}

TEST_F(EndpointChangeTest, a_late_answer_for_older_endpoints_heals_nothing) {
  const auto connection = engine.connect(60);
  engine.provider.script.push_back({.delay = model::Milliseconds{5'000}});
  auto reading = engine.start_read(connection, {.rejected_generation = 1});
  engine.until([&] { return !engine.provider.seen.empty(); });
  ASSERT_EQ(change(R"("token_url":"https://sim.example/token2","client_secret":"again")").status, 200);
  engine.until([&] { return announced() == 1; });
  engine.pass(model::Seconds{6});
  engine.until([&] { return reading->has_value(); });
  EXPECT_EQ(engine.grant_of(connection).generation, 2);  // the rotated token is kept, for a carry-over
  EXPECT_EQ(engine.stored(connection).state, ConnectionState::kNeedsReconnect);
  EXPECT_EQ(carry_over(rig.installation).at("carried").as_int64(), 1);
  EXPECT_TRUE(engine.read(connection));
}

TEST_F(EndpointChangeTest, what_is_inside_the_set_changes_freely) {
  const auto connection = engine.connect();
  const auto changed =
      change(R"("name":"renamed","scopes":["read","write"],"return_urls":["https://app.example/done"],"token_params":{"x":"y"})");
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_EQ(changed.at("endpoint_set").as_int64(), 1);
  EXPECT_EQ(engine.stored(connection).state, ConnectionState::kActive);
  EXPECT_TRUE(engine.force(connection, 1));
  EXPECT_THAT(rig.audit(engine.tenant.str()).back().detail, HasSubstr(R"(["name","scopes","return_urls","token_params"])"));
}

}  // namespace
}  // namespace valetkey::http
