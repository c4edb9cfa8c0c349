// Look-ups after connecting, from the link to the stored connection, and what a provider or a user may try with them.
#include "oauth/look_up.hpp"

#include <gtest/gtest.h>

#include "model/url.hpp"
#include "oauth/authorization_flow.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using test::Behaviour;
using test::EngineRig;
using test::run;

constexpr auto kTwo =
    R"([{"id": "a1", "url": "https://acme.sim.example", "name": "Acme"}, {"id": "b2", "url": "https://beta.sim.example", "name": "Beta"}])";
constexpr auto kOne = R"([{"id": "a1", "url": "https://acme.sim.example", "name": "Acme"}])";

model::Integration with_sites() {
  auto integration = EngineRig::plain_integration();
  integration.base_uri = "https://sim.example/ex/{cloud_id}";
  integration.proxy.headers = {{"Authorization", "Sim {access_token}"}, {"X-Site", "{cloud_id}"}, {"X-Version", "7"}};
  integration.placeholders = {{.name = "site", .filled_by = model::FilledBy::kEndUser, .is_optional = true},
                              {.name = "cloud_id", .filled_by = model::FilledBy::kLookup, .pattern = "[a-z0-9]+"}};
  integration.lookups = {{.name = "site",
                          .url = "https://sim.example/sites",
                          .label = "name",
                          .choose = {.by = "site", .among = {"url", "name"}},
                          .fill = {{"cloud_id", "id"}}}};
  return integration;
}

class LookUpTest : public testing::Test {
 protected:
  explicit LookUpTest(model::Integration integration = with_sites()) : rig(std::move(integration)) { put_credential(); }

  void put_credential() {
    rig.credential.completion = model::Completion::kImmediate;
    EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(rig.credential)}})));
  }

  /// One walk from the link to the end; the exchange is honest, and `lookup` is what comes back from the look-up.
  CallbackEnd connect(Behaviour lookup, Fields fields = {}, std::optional<model::ConnectionId> renews = {}) {
    rig.provider.script = {Behaviour{}, std::move(lookup)};
    rig.provider.seen.clear();
    SessionWish wish{.credential = rig.credential.id, .end_user = {.id = "user"}, .connection = std::move(renews)};
    auto made = EngineRig::must(run(*rig.world, ConnectSessions(*rig.context).create(rig.tenant, std::move(wish), nullptr)));
    token = made.token.reveal();
    return go_on(std::move(fields));
  }
  CallbackEnd go_on(Fields fields, std::string browser = {}) {
    AuthorizationFlow flow(*rig.context);
    begun = EngineRig::must(
        run(*rig.world, flow.begin({.session_token = token, .browser_cookie = std::move(browser), .fields = std::move(fields)})));
    const auto asked = EngineRig::must(model::parse_form(EngineRig::must(model::parse_url(begun.authorization_url)).query));
    const auto state = model::single_value(asked, "state").value_or(std::nullopt).value_or("");
    auto end = run(*rig.world, flow.finish({.path = "/oauth/callback/sim",
                                            .query = {{"code", "the-code"}, {"state", state}},
                                            .cookie_of = [this](auto) { return begun.flow_cookie; }}));
    rig.provider.script.clear();
    return end;
  }
  static Behaviour answer(std::string body, int status = 200) { return {.is_processed = false, .status = status, .body = std::move(body)}; }

  std::vector<model::Connection> connections() { return EngineRig::must(run(*rig.world, rig.records->find<model::Connection>({}))); }
  std::size_t grants() { return EngineRig::must(run(*rig.world, rig.records->find<model::Grant>({}))).size(); }
  model::Connection connected(std::string body, Fields fields = {}) {
    const auto end = connect(answer(std::move(body)), std::move(fields));
    EXPECT_FALSE(end.error) << end.error->detail;
    return connections().back();
  }
  void expect_nothing_stored() {
    EXPECT_EQ(connections().size(), 0U);
    EXPECT_EQ(grants(), 0U);
  }

 public:
  EngineRig rig;
  std::string token;
  Begun begun;
};

TEST_F(LookUpTest, fills_the_connection_by_a_get_with_the_new_token) {
  const auto connection = connected(kOne);
  EXPECT_EQ(connection.fields.at("cloud_id"), "a1");
  ASSERT_EQ(rig.provider.seen.size(), 2U);
  const auto& request = rig.provider.seen[1].request;
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://sim.example/sites");
  EXPECT_EQ(request.tenant, rig.tenant);
  EXPECT_TRUE(request.body.empty());
  const auto access = std::string(EngineRig::must(rig.read(connection)).access_token.reveal());
  EXPECT_EQ(request.headers, (ports::Headers{{"Accept", "application/json"}, {"Authorization", "Sim " + access}, {"X-Version", "7"}}))
      << "as calls to the API have it, without what is still to be looked up";
}

TEST_F(LookUpTest, security_s38_of_one_mebibyte_at_most) {
  (void)connected(kOne);
  EXPECT_EQ(rig.provider.seen[1].request.max_response, std::size_t{1} << 20);
  EXPECT_LE(rig.provider.seen[1].request.deadline, model::Milliseconds{15'000});
  // What the client does with a larger one: the call ends without an answer.
  EXPECT_EQ(connect({.is_lost = true}).error_code, "lookup_failed");
}

TEST_F(LookUpTest, several_and_none_named_ends_with_the_list_and_stores_nothing) {
  const auto end = connect(answer(kTwo));
  EXPECT_EQ(end.error_code, "choice_needed");
  EXPECT_EQ(end.choices, (std::vector<std::string>{"Acme", "Beta"}));
  expect_nothing_stored();
  const auto session = EngineRig::must(run(*rig.world, rig.records->find<model::ConnectSession>({}))).front();
  EXPECT_EQ(session.error, "choice_needed");
  EXPECT_EQ(session.choice_field, "site");
  EXPECT_EQ(session.choices, end.choices) << "the page of the same link offers them";

  rig.provider.script = {Behaviour{}, answer(kTwo)};
  const auto again = go_on({{"site", "beta.sim.example"}}, begun.browser_cookie);
  ASSERT_FALSE(again.error) << again.error->detail;
  EXPECT_EQ(connections().front().fields, (Fields{{"cloud_id", "b2"}, {"site", "beta.sim.example"}}));
}

TEST_F(LookUpTest, list_that_is_not_whole_is_not_offered_as_one) {
  std::string many = "[";
  for (int i = 0; i < 51; ++i) many += fmt::format(R"({}{{"id": "s{}"}})", i == 0 ? "" : ",", i);
  const auto end = connect(answer(many + "]"));
  EXPECT_EQ(end.choices.size(), 50U);
  EXPECT_EQ(EngineRig::must(run(*rig.world, rig.records->find<model::ConnectSession>({}))).front().choice_field, "");
}

TEST_F(LookUpTest, unknown_name_is_told) {
  const auto end = connect(answer(kTwo), {{"site", "gamma"}});
  EXPECT_EQ(end.error_code, "choice_unknown");
  EXPECT_EQ(end.choices.size(), 2U);
  expect_nothing_stored();
}

TEST_F(LookUpTest, renewal_keeps_the_choice_where_it_is_still_there) {
  const auto connection = connected(kTwo, {{"site", "Beta"}});
  const auto old_grant = rig.grant_of(connection).id;
  const auto end = connect(answer(kTwo), {}, connection.id);
  ASSERT_FALSE(end.error) << end.error->detail;
  EXPECT_EQ(rig.stored(connection).fields.at("cloud_id"), "b2");
  EXPECT_NE(rig.grant_of(connection).id, old_grant);
}

TEST_F(LookUpTest, security_s09_renewal_never_moves_to_another_site_by_itself) {
  const auto connection = connected(kTwo, {{"site", "Beta"}});
  const auto old_grant = rig.grant_of(connection).id;
  const auto end = connect(answer(kOne), {}, connection.id);
  EXPECT_EQ(end.error_code, "choice_gone");
  EXPECT_EQ(end.choices, std::vector<std::string>{"Acme"});
  EXPECT_EQ(rig.stored(connection).fields.at("cloud_id"), "b2");
  EXPECT_EQ(rig.grant_of(connection).id, old_grant);
  EXPECT_TRUE(rig.read(connection)) << "the old grant works on";
}

TEST_F(LookUpTest, renewal_may_name_another) {
  const auto connection = connected(kTwo, {{"site", "Beta"}});
  const auto end = connect(answer(kTwo), {{"site", "Acme"}}, connection.id);
  ASSERT_FALSE(end.error) << end.error->detail;
  EXPECT_EQ(rig.stored(connection).fields.at("cloud_id"), "a1");
}

struct Attack {
  std::string_view what;
  Behaviour answer;
};

TEST_F(LookUpTest, security_s28_what_is_no_clean_answer_connects_nothing) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const Attack attacks[] = {
      {"no JSON", answer("<html>a1</html>")},
      {"JSON and more", answer(std::string(kOne) + "x")},
      {"cut", answer(std::string(kOne).substr(0, 20))},
      {"too deep", answer(deep)},
      {"empty", answer("")},
      {"none", answer("[]")},
      {"not of the pattern", answer(R"([{"id": "A 1"}])")},
      {"another path", answer(R"([{"id": "a1/../../other"}])")},
      {"a dot segment", answer(R"([{"id": ".."}])")},
      {"a line for the header", answer(R"([{"id": "a1\r\nX-Evil: 1"}])")},
      {"NUL", answer(R"([{"id": "a1\u0000"}])")},
      {"too long", answer(R"([{"id": ")" + std::string(4000, 'a') + R"("}])")},
      {"an object for the value", answer(R"([{"id": {"a": 1}}])")},
      {"unauthorized", answer(kOne, 401)},
      {"forbidden", answer(kOne, 403)},
      {"unavailable", answer(kOne, 503)},
      {"created", answer(kOne, 201)},
      {"no content", answer("", 204)},
      {"not reached", {.is_not_sent = true}},
      {"no answer", {.is_lost = true}},
  };
  for (const auto& [what, behaviour] : attacks) {
    const auto end = connect(behaviour);
    EXPECT_EQ(end.error_code, "lookup_failed") << what;
    ASSERT_TRUE(end.error) << what;
    EXPECT_NE(end.error->detail.find("look up the site"), std::string::npos) << what << ": " << end.error->detail;
    EXPECT_EQ(rig.provider.seen.size(), behaviour.is_not_sent ? 1U : 2U) << what << ": one attempt";
    expect_nothing_stored();
  }
}

TEST_F(LookUpTest, security_s01_a_redirect_is_not_followed) {
  auto behaviour = answer(kOne, 302);
  behaviour.headers = {{"location", "https://evil.example/sites"}};
  EXPECT_EQ(connect(std::move(behaviour)).error_code, "lookup_failed");
  EXPECT_EQ(rig.provider.seen.size(), 2U);
  expect_nothing_stored();
}

TEST_F(LookUpTest, security_s01_the_url_is_the_set_s_whatever_the_record_says_now) {
  auto changed = with_sites();
  changed.lookups[0].url = "https://evil.example/sites";
  changed.lookups.push_back({.name = "more", .url = "https://evil.example/more", .fill = {{"cloud_id", "id"}}});
  rig.catalogue = model::Catalogue({changed});
  (void)connected(kOne);
  ASSERT_EQ(rig.provider.seen.size(), 2U);
  EXPECT_EQ(rig.provider.seen[1].request.url, "https://sim.example/sites");
}

TEST_F(LookUpTest, security_s22_a_token_in_the_answer_does_not_come_back) {
  // The provider's next token is known here: it numbers them.
  const auto end = connect(answer(R"([{"id": "a1", "name": "access-family1-3"}, {"id": "b2", "name": "Beta"}])"));
  ASSERT_EQ(end.error_code, "choice_needed");
  const auto& sent = rig.provider.seen[1].request.headers;
  ASSERT_EQ(sent[1].second, "Sim access-family1-3");
  EXPECT_EQ(end.choices[0], "***");
  EXPECT_EQ(end.error->detail.find("access-family1"), std::string::npos) << end.error->detail;
}

model::Integration with_servers() {
  auto integration = EngineRig::plain_integration();
  integration.base_uri = "{server}/accounts/{account_id}";
  integration.proxy.query = {{"key", "{access_token}"}};
  integration.placeholders = {{.name = "server", .filled_by = model::FilledBy::kLookup, .host_suffixes = {".sim.example"}},
                              {.name = "account_id", .filled_by = model::FilledBy::kLookup}};
  integration.lookups = {{.name = "account",
                          .url = "https://sim.example/userinfo",
                          .items = "accounts",
                          .choose = {.default_flag = "main"},
                          .fill = {{"server", "base"}}},
                         {.name = "number", .url = "{server}/number?v=1", .fill = {{"account_id", "n"}}}};
  return integration;
}

class LookUpHostTest : public LookUpTest {
 protected:
  LookUpHostTest() : LookUpTest(with_servers()) {}
};

TEST_F(LookUpHostTest, one_look_up_after_another_with_the_token_where_the_api_wants_it) {
  rig.provider.otherwise = [] { return answer(R"({"n": 7})"); };
  const auto connection =
      connected(R"({"accounts": [{"base": "https://eu1.sim.example"}, {"base": "https://us1.sim.example", "main": true}]})");
  EXPECT_EQ(connection.fields, (Fields{{"account_id", "7"}, {"server", "https://us1.sim.example"}}));
  ASSERT_EQ(rig.provider.seen.size(), 3U);
  const auto access = std::string(EngineRig::must(rig.read(connection)).access_token.reveal());
  EXPECT_EQ(rig.provider.seen[1].request.url, "https://sim.example/userinfo?key=" + access);
  EXPECT_EQ(rig.provider.seen[2].request.url, "https://us1.sim.example/number?v=1&key=" + access);
  for (const auto& [name, value] : rig.provider.seen[2].request.headers) EXPECT_NE(name, "Authorization");
}

TEST_F(LookUpHostTest, security_s03_a_foreign_host_in_the_answer_gets_no_call) {
  for (const std::string_view host :
       {"https://evil.example", "https://evil.example/.sim.example", "https://x@evil.example", "https://a.b.sim.example",
        "http://eu1.sim.example", "https://eu1.sim.example:8443", "https://eu1.sim.example/path", "https://.sim.example",
        "//eu1.sim.example", "https://sim.example.evil.example"}) {
    const auto end = connect(answer(fmt::format(R"({{"accounts": {{"base": "{}"}}}})", host)));
    EXPECT_EQ(end.error_code, "lookup_failed") << host;
    EXPECT_EQ(rig.provider.seen.size(), 2U) << host << ": the second look-up would take the token there";
    expect_nothing_stored();
  }
}

TEST_F(LookUpHostTest, security_s03_a_value_that_leaves_the_base_uri_is_refused) {
  rig.provider.otherwise = [] { return answer(R"({"n": ".."})"); };
  EXPECT_EQ(connect(answer(R"({"accounts": {"base": "https://eu1.sim.example"}})")).error_code, "lookup_failed");
  EXPECT_EQ(rig.provider.seen.size(), 3U);
  expect_nothing_stored();
}

class LookUpWithoutBrowserTest : public LookUpTest {
 protected:
  void use(model::GrantType grant_type) {
    rig.add_credential(grant_type);
    rig.provider.script.clear();
    rig.provider.seen.clear();
  }
  ConnectionWish wish(Fields fields = {}) {
    return {.credential = rig.credential.id, .end_user = {.id = "user"}, .fields = std::move(fields)};
  }
  ConnectionWish import(Fields fields = {}) {
    auto out = wish(std::move(fields));
    out.import = ImportedTokens{.access_token = model::Secret("held-elsewhere")};
    return out;
  }
  model::Result<model::Connection> create(ConnectionWish wish) {
    return run(*rig.world, rig.connections->create(rig.tenant, std::move(wish), nullptr));
  }
};

TEST_F(LookUpWithoutBrowserTest, client_credentials_look_up_too) {
  use(model::GrantType::kClientCredentials);
  rig.provider.script = {Behaviour{}, answer(kOne)};
  const auto made = create(wish());
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->fields.at("cloud_id"), "a1");
}

TEST_F(LookUpWithoutBrowserTest, several_are_told_at_the_field_that_chooses) {
  use(model::GrantType::kClientCredentials);
  rig.provider.script = {Behaviour{}, answer(kTwo)};
  const auto none = create(wish());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kInvalidInput);
  ASSERT_EQ(none.error().fields.size(), 1U);
  EXPECT_EQ(none.error().fields[0].pointer, "/fields/site");
  EXPECT_EQ(none.error().fields[0].detail, "must name one of: Acme, Beta");
  expect_nothing_stored();
  rig.provider.script = {Behaviour{}, answer(kTwo)};
  EXPECT_EQ(EngineRig::must(create(wish({{"site", "Beta"}}))).fields.at("cloud_id"), "b2");
}

TEST_F(LookUpWithoutBrowserTest, security_s28_a_value_of_the_platform_s_is_proved_by_the_look_up) {
  use(model::GrantType::kClientCredentials);
  rig.provider.script = {Behaviour{}, answer(kTwo)};
  EXPECT_EQ(create(wish({{"cloud_id", "c3"}})).error().code, Code::kInvalidInput);
  expect_nothing_stored();
  rig.provider.script = {Behaviour{}, answer(kTwo)};
  EXPECT_EQ(EngineRig::must(create(wish({{"cloud_id", "b2"}}))).fields.at("cloud_id"), "b2");
}

TEST_F(LookUpWithoutBrowserTest, import_asks_only_for_what_it_was_not_told) {
  use(model::GrantType::kAuthorizationCode);
  rig.provider.script = {answer(kOne)};
  EXPECT_EQ(EngineRig::must(create(import())).fields.at("cloud_id"), "a1");
  ASSERT_EQ(rig.provider.seen.size(), 1U);
  EXPECT_EQ(rig.provider.seen[0].request.headers[1].second, "Sim held-elsewhere");
  EXPECT_EQ(EngineRig::must(create(import({{"cloud_id", "z9"}}))).fields.at("cloud_id"), "z9");
  EXPECT_EQ(rig.provider.seen.size(), 1U) << "an access token that is dead by now would keep the import away";
  EXPECT_EQ(create(import({{"cloud_id", "../x"}})).error().code, Code::kInvalidInput);
}

TEST_F(LookUpWithoutBrowserTest, failure_is_told_and_stores_nothing) {
  use(model::GrantType::kClientCredentials);
  rig.provider.script = {Behaviour{}, answer("", 503)};
  EXPECT_EQ(create(wish()).error().code, Code::kProviderUnavailable);
  rig.provider.script = {Behaviour{}, answer("", 403)};
  EXPECT_EQ(create(wish()).error().code, Code::kProviderRejected);
  expect_nothing_stored();
}

}  // namespace
}  // namespace valetkey::oauth
