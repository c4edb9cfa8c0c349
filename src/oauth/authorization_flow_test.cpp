// The Auth Code grant from the link to the confirmed connection, and the attacks on it, against a simulated network.
#include "oauth/authorization_flow.hpp"

#include <gtest/gtest.h>

#include "model/encoding.hpp"
#include "model/url.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::ConnectionState;
using namespace std::chrono_literals;
using test::EngineRig;
using test::run;

constexpr auto kReturnUrl = "https://product.example/done";

/// One end user's browser at one connect link.
class Walk {
 public:
  explicit Walk(EngineRig& rig, SessionWish wish = {}, std::string return_url = kReturnUrl)
      : rig_(rig),
        sessions_(*rig.context),
        flow_(*rig.context) {
    wish.credential = rig.credential.id;
    if (wish.end_user.id.empty()) wish.end_user.id = "user-1";
    wish.return_url = std::move(return_url);
    made = EngineRig::must(run(*rig.world, sessions_.create(rig.tenant, std::move(wish), nullptr)));
    token = made.token.reveal();
  }

  model::Result<Begun> allow(const std::string& browser_cookie = "") {
    return run(*rig_.world, flow_.begin({.session_token = token, .browser_cookie = browser_cookie}));
  }

  /// Presses Allow and keeps what the browser would.
  Walk& begin() {
    begun = EngineRig::must(allow());
    const auto url = EngineRig::must(model::parse_url(begun.authorization_url));
    asked = EngineRig::must(model::parse_form(url.query));
    return *this;
  }
  [[nodiscard]] std::string asked_for(std::string_view name) const {
    for (const auto& [key, value] : asked)
      if (key == name) return value;
    return {};
  }
  CallbackEnd come_back(model::Pairs query, std::string path = "/oauth/callback/sim") {
    return run(*rig_.world, flow_.finish({.path = std::move(path), .query = std::move(query), .cookie_of = [this](std::string_view tag) {
                                            return tag == begun.flow_tag ? cookie_override.value_or(begun.flow_cookie) : std::string{};
                                          }}));
  }
  CallbackEnd come_back_with_code() { return come_back({{"code", "the-code"}, {"state", asked_for("state")}}); }
  model::Result<model::Connection> confirm(const CallbackEnd& end) {
    return run(*rig_.world, sessions_.confirm(rig_.tenant, made.session.id, std::string(end.confirmation_code.reveal()), nullptr));
  }

  MadeSession made;
  std::string token;
  Begun begun;
  model::Pairs asked;
  std::optional<std::string> cookie_override;

 private:
  EngineRig& rig_;
  ConnectSessions sessions_;
  AuthorizationFlow flow_;
};

model::Integration with_issuer() {
  auto integration = EngineRig::plain_integration();
  integration.issuer = "https://sim.example";
  integration.requires_iss = true;
  integration.account = {.from = model::AccountSource::From::kTokenResponse, .path = "account"};
  return integration;
}

class AuthorizationFlowTest : public testing::Test {
 protected:
  explicit AuthorizationFlowTest(model::Integration integration = EngineRig::plain_integration()) : rig(std::move(integration)) {
    allow_return();
  }
  void allow_return() {
    rig.credential.return_urls = {kReturnUrl};
    EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(rig.credential)}})));
  }
  std::size_t connections() { return EngineRig::must(run(*rig.world, rig.records->find<model::Connection>({}))).size(); }

 public:
  EngineRig rig;
};

class IssuerFlowTest : public AuthorizationFlowTest {
 protected:
  IssuerFlowTest() : AuthorizationFlowTest(with_issuer()) { rig.provider.members = {{"account", "\"acct-1\""}}; }
  CallbackEnd come_back(Walk& walk, std::string iss) {
    model::Pairs query{{"code", "the-code"}, {"state", walk.asked_for("state")}};
    if (!iss.empty()) query.emplace_back("iss", std::move(iss));
    return walk.come_back(std::move(query));
  }
  model::Connection connected() {
    Walk walk(rig);
    walk.begin();
    return EngineRig::must(walk.confirm(come_back(walk, "https://sim.example")));
  }
};

TEST_F(AuthorizationFlowTest, security_s07_no_token_before_the_platform_confirms) {
  Walk walk(rig);
  walk.begin();
  const auto end = walk.come_back_with_code();
  ASSERT_FALSE(end.error) << end.error->detail;
  const auto connection = EngineRig::must(run(*rig.world, rig.records->find<model::Connection>({}))).front();
  EXPECT_EQ(connection.state, ConnectionState::kAwaitingConfirmation);
  EXPECT_EQ(rig.read(connection).error().code, Code::kAwaitingConfirmation);
  EXPECT_EQ(rig.force(connection, 1).error().code, Code::kAwaitingConfirmation);
  CallbackEnd guess;
  guess.confirmation_code = model::Secret("guessed");
  EXPECT_EQ(walk.confirm(guess).error().code, Code::kInvalidInput);
  const auto confirmed = walk.confirm(end);
  ASSERT_TRUE(confirmed) << confirmed.error().detail;
  EXPECT_EQ(confirmed->state, ConnectionState::kActive);
  EXPECT_TRUE(rig.read(*confirmed));
  EXPECT_EQ(walk.confirm(end).error().code, Code::kConflict) << "the code works once";
}

TEST_F(AuthorizationFlowTest, security_s07_the_code_ends_after_five_minutes_and_nothing_stays) {
  Walk walk(rig);
  walk.begin();
  const auto end = walk.come_back_with_code();
  rig.clock.advance(5min);
  EXPECT_EQ(walk.confirm(end).error().code, Code::kConflict);
  rig.clock.advance(15min);
  EXPECT_EQ(EngineRig::must(run(*rig.world, ConnectSessions(*rig.context).end_expired())), 1);
  EXPECT_EQ(connections(), 0U);
}

TEST_F(AuthorizationFlowTest, security_s07_opening_a_link_changes_nothing_and_allow_binds_the_first_browser) {
  Walk walk(rig);
  const ConnectSessions sessions(*rig.context);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(EngineRig::must(run(*rig.world, sessions.open(walk.token))).session.revision, 1);
  walk.begin();
  EXPECT_EQ(walk.allow().error().code, Code::kConflict) << "a second browser";
  EXPECT_EQ(walk.allow("forged").error().code, Code::kConflict);
  EXPECT_TRUE(walk.allow(walk.begun.browser_cookie)) << "the first may press again";
}

TEST_F(AuthorizationFlowTest, security_s07_immediate_completion_is_the_credentials_own_choice) {
  rig.credential.completion = model::Completion::kImmediate;
  allow_return();
  Walk walk(rig);
  walk.begin();
  const auto end = walk.come_back_with_code();
  ASSERT_FALSE(end.error);
  EXPECT_TRUE(end.confirmation_code.empty());
  EXPECT_EQ(EngineRig::must(run(*rig.world, rig.records->find<model::Connection>({}))).front().state, ConnectionState::kActive);
}

TEST_F(AuthorizationFlowTest, security_s08_and_checklist_29_another_browser_consumes_the_state_and_stores_nothing) {
  for (const auto& cookie : {std::string{}, std::string("another-browsers-cookie")}) {
    Walk walk(rig);
    walk.begin();
    walk.cookie_override = cookie;
    EXPECT_EQ(walk.come_back_with_code().error_code, "browser_mismatch");
    walk.cookie_override.reset();
    EXPECT_EQ(walk.come_back_with_code().error_code, "state_unknown") << "consumed by the failed try";
    EXPECT_EQ(connections(), 0U);
    EXPECT_EQ(rig.provider.token_requests(), 0U) << "the code was not spent";
  }
}

TEST_F(AuthorizationFlowTest, checklist_05_a_replayed_state_is_refused) {
  Walk walk(rig);
  walk.begin();
  ASSERT_FALSE(walk.come_back_with_code().error);
  EXPECT_EQ(walk.come_back_with_code().error_code, "state_unknown");
  EXPECT_EQ(connections(), 1U);
}

TEST_F(AuthorizationFlowTest, checklist_02_a_forged_or_missing_state_is_refused) {
  Walk walk(rig);
  walk.begin();
  EXPECT_EQ(walk.come_back({{"code", "x"}, {"state", "forged"}}).error_code, "state_unknown");
  EXPECT_EQ(walk.come_back({{"code", "x"}}).error_code, "state_missing");
  const auto state = walk.asked_for("state");
  EXPECT_EQ(walk.come_back({{"code", "x"}, {"state", state}, {"state", state}}).error_code, "state_missing") << "twice (RFC 6749 3.1)";
}

TEST_F(AuthorizationFlowTest,
       checklist_03_and_checklist_04_and_checklist_10_and_checklist_11_state_and_challenge_are_long_and_new_for_every_flow) {
  Walk first(rig);
  first.begin();
  Walk second(rig);
  second.begin();
  for (const auto* name : {"state", "code_challenge"}) {
    EXPECT_EQ(first.asked_for(name).size(), 43U) << name << ": 256 bits";
    EXPECT_NE(first.asked_for(name), second.asked_for(name));
  }
  EXPECT_EQ(first.asked_for("code_challenge_method"), "S256");
}

TEST_F(AuthorizationFlowTest, checklist_15_the_response_type_is_code_and_33_nothing_sensitive_is_in_the_url) {
  Walk walk(rig);
  walk.begin();
  EXPECT_EQ(walk.asked_for("response_type"), "code");
  for (const auto& secret :
       {std::string("client-secret"), walk.token, walk.begun.flow_cookie, walk.begun.browser_cookie, walk.made.session.id.str()})
    EXPECT_EQ(walk.begun.authorization_url.find(secret), std::string::npos);
}

TEST_F(AuthorizationFlowTest, security_s02_and_checklist_08_an_answer_on_another_callback_path_aborts) {
  for (const auto* path : {"/oauth/callback/github", "/oauth/callback/sim/some-key", "/oauth/callback/sim/"}) {
    Walk walk(rig);
    walk.begin();
    EXPECT_EQ(walk.come_back({{"code", "x"}, {"state", walk.asked_for("state")}}, path).error_code, "callback_mismatch");
    EXPECT_EQ(walk.come_back_with_code().error_code, "state_unknown") << "consumed";
  }
  EXPECT_EQ(rig.provider.token_requests(), 0U);
}

TEST_F(AuthorizationFlowTest, a_denial_ends_the_flow_and_the_same_browser_may_try_again) {
  Walk walk(rig);
  walk.begin();
  const auto end = walk.come_back({{"error", "access_denied"}, {"state", walk.asked_for("state")}});
  EXPECT_EQ(end.error_code, "access_denied");
  ASSERT_TRUE(end.session);
  EXPECT_EQ(end.session->return_url, kReturnUrl);
  walk.begun = EngineRig::must(walk.allow(walk.begun.browser_cookie));
  walk.asked = EngineRig::must(model::parse_form(EngineRig::must(model::parse_url(walk.begun.authorization_url)).query));
  EXPECT_FALSE(walk.come_back_with_code().error);
}

TEST_F(AuthorizationFlowTest, checklist_01_only_listed_return_urls_are_accepted) {
  const ConnectSessions sessions(*rig.context);
  for (const auto* url :
       {"https://product.example/done/", "https://product.example/done?x=1", "https://evil.example/done", "http://product.example/done"}) {
    SessionWish wish{.credential = rig.credential.id, .end_user = {.id = "u"}, .return_url = url};
    EXPECT_EQ(run(*rig.world, ConnectSessions(*rig.context).create(rig.tenant, std::move(wish), nullptr)).error().fields.front().pointer,
              "/return_url");
  }
}

TEST_F(AuthorizationFlowTest, checklist_18_scopes_beyond_the_credentials_are_refused_and_fewer_are_asked_for) {
  SessionWish wish{.credential = rig.credential.id, .end_user = {.id = "u"}, .return_url = kReturnUrl, .scopes = {"admin"}};
  EXPECT_EQ(run(*rig.world, ConnectSessions(*rig.context).create(rig.tenant, std::move(wish), nullptr)).error().fields.front().pointer,
            "/scopes/0");
  Walk walk(rig, {.scopes = {"read"}});
  walk.begin();
  EXPECT_EQ(walk.asked_for("scope"), "read");
}

TEST_F(IssuerFlowTest, checklist_06_and_07_issuer_mismatch_aborts_before_the_code_is_spent) {
  for (const auto& [iss, code] : {std::pair{"https://evil.example", "issuer_mismatch"}, std::pair{"", "issuer_missing"},
                                  std::pair{"https://sim.example/", "issuer_mismatch"}}) {
    Walk walk(rig);
    walk.begin();
    EXPECT_EQ(come_back(walk, iss).error_code, code);
  }
  EXPECT_EQ(rig.provider.token_requests(), 0U);
  EXPECT_EQ(connected().account, "acct-1");
}

TEST_F(IssuerFlowTest, security_s09_renewal_keeps_its_owner) {
  const auto connection = connected();
  const auto old_grant = rig.grant_of(connection).id;
  SessionWish foreign{
      .credential = rig.credential.id, .end_user = {.id = "somebody-else"}, .connection = connection.id, .return_url = kReturnUrl};
  EXPECT_EQ(run(*rig.world, ConnectSessions(*rig.context).create(rig.tenant, std::move(foreign), nullptr)).error().fields.front().pointer,
            "/connection");

  rig.provider.members = {{"account", "\"acct-2\""}};
  Walk other(rig, {.connection = connection.id});
  other.begin();
  EXPECT_EQ(come_back(other, "https://sim.example").error_code, "account_mismatch");
  EXPECT_EQ(rig.grant_of(connection).id, old_grant);
  EXPECT_TRUE(rig.read(connection)) << "the old grant works on";

  rig.provider.members = {{"account", "\"acct-1\""}};
  Walk same(rig, {.connection = connection.id});
  same.begin();
  const auto end = come_back(same, "https://sim.example");
  ASSERT_FALSE(end.error) << end.error->detail;
  EXPECT_EQ(rig.grant_of(connection).id, old_grant) << "the old grant works until the confirmation";
  EXPECT_TRUE(same.confirm(end));
  EXPECT_NE(rig.grant_of(connection).id, old_grant);
  EXPECT_TRUE(rig.read(connection));
  EXPECT_FALSE(run(*rig.world, rig.records->load<model::Grant>(rig.tenant, old_grant.str()))) << "replaced, not kept beside";
}

TEST_F(AuthorizationFlowTest, security_s01_endpoints_that_changed_meanwhile_abort) {
  Walk waiting(rig);
  waiting.begin();
  const auto finished = waiting.come_back_with_code();
  ASSERT_FALSE(finished.error);
  const auto spent = rig.provider.token_requests();
  Walk walk(rig);
  walk.begin();
  auto changed = rig.credential;
  changed.endpoint_set = 2;
  changed.overrides.token_url = "https://evil.example/token";
  auto set = model::make_endpoint_set(changed, *rig.catalogue.find("sim"), "https://broker.example/oauth/callback/sim");
  set.number = 2;
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(changed), rig.records->put(set)}})));
  EXPECT_EQ(walk.come_back_with_code().error_code, "endpoints_changed");
  EXPECT_EQ(rig.provider.token_requests(), spent);
  EXPECT_EQ(waiting.confirm(finished).error().code, Code::kConflict) << "authorised for endpoints that are no longer the credential's";
}

/// The flow of an integration whose ID tokens hold no nonce, whatever was sent.
class NonceFlowTest : public testing::TestWithParam<bool> {
 public:
  NonceFlowTest() : rig(with_openid(GetParam())) {
    rig.credential.completion = model::Completion::kImmediate;
    EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(rig.credential)}})));
    const auto claims = fmt::format(R"({{"iss":"https://sim.example","aud":"client","sub":"acct-1","exp":{}}})",
                                    model::to_unix_ms(rig.clock.wall_now() + 1h) / 1000);
    rig.provider.members = {
        {"id_token", fmt::format("\"{}.{}.c2ln\"", model::to_base64url(R"({"alg":"RS256"})"), model::to_base64url(claims))}};
  }
  static model::Integration with_openid(bool nonce) {
    auto integration = EngineRig::plain_integration();
    integration.nonce = nonce;
    integration.default_scopes = {"openid"};
    integration.account = {.from = model::AccountSource::From::kIdToken, .path = "sub"};
    return integration;
  }
  EngineRig rig;
};

TEST_P(NonceFlowTest, checklist_13_is_asked_for_and_checked_unless_the_record_says_that_it_never_comes) {
  Walk walk(rig, {}, "");
  walk.begin();
  EXPECT_EQ(walk.asked_for("nonce").empty(), !GetParam());
  EXPECT_EQ(walk.come_back_with_code().error_code, GetParam() ? "id_token_mismatch" : "");
}

INSTANTIATE_TEST_SUITE_P(Nonce, NonceFlowTest, testing::Bool());

}  // namespace
}  // namespace valetkey::oauth
