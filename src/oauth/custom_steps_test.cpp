#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oauth/refresh_save.hpp"
#include "support/refresh_scenarios.hpp"
#include "support/simulated_services.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::ConnectionState;
using namespace std::chrono_literals;
using test::EngineRig;
using test::run;
using testing::ElementsAre;

/// Custom authentication goes through the same guard as every refresh: these are the guard's rules on a service in the place of the
/// standard request.
class CustomRig : public EngineRig {
 public:
  explicit CustomRig(model::GrantType grant_type = model::GrantType::kAuthorizationCode,
                     model::Integration integration = plain_integration())
      : EngineRig(std::move(integration)) {
    add_credential(grant_type, {}, {{"token_generation", "serv_a@3"}, {"token_refreshal", "serv_b@2"}});
    context->services = &services;
  }
  test::SimulatedServices services{provider};
};

TEST(CustomSteps, a_thousand_readers_make_one_generation) {
  CustomRig rig;
  const auto connection = rig.connect();
  const auto tokens = test::read_at_once(rig, connection, 1000);
  ASSERT_EQ(rig.services.steps.size(), 1U);
  EXPECT_EQ(rig.provider.seen.front().parameter("realm"), "custom") << "no second path: the standard request was not sent";
  for (const auto& token : tokens) {
    ASSERT_TRUE(token.has_value()) << token.error().detail;
    EXPECT_EQ(token->generation, 2);
  }
}

TEST(CustomSteps, security_s01_a_step_is_given_the_pinned_service_and_the_endpoints_of_its_set) {
  CustomRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  ASSERT_TRUE(rig.read(connection));
  ASSERT_EQ(rig.services.steps.size(), 1U);
  const auto& step = rig.services.steps.front();
  EXPECT_EQ(step.kind, ports::TokenStep::Kind::kRefreshal);
  EXPECT_EQ(step.service, "serv_b@2");
  EXPECT_EQ(step.token_url, "https://sim.example/token");
  EXPECT_EQ(step.client_id, "client");
  ASSERT_EQ(step.client_secrets.size(), 1U);
  EXPECT_EQ(step.client_secrets[0].reveal(), "client-secret");
  ASSERT_TRUE(step.secrets.contains("refresh_token"));
  EXPECT_TRUE(step.may_send);
}

TEST(CustomSteps, a_rotated_token_is_kept_and_the_next_refresh_spends_it) {
  CustomRig rig;
  const auto connection = rig.connect();
  for (int generation = 2; generation < 5; ++generation) {
    rig.clock.advance(3601s);
    const auto token = rig.read(connection);
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(token->generation, generation);
  }
  EXPECT_EQ(rig.provider.reused_after_rotation, 0);
}

TEST(CustomSteps, refresh_5_4_what_was_not_sent_is_transient_and_what_was_sent_is_unknown) {
  for (const bool is_sent : {false, true}) {
    CustomRig rig;
    const auto connection = rig.connect();
    rig.clock.advance(3601s);
    rig.provider.script.push_back({.is_not_sent = !is_sent, .is_lost = is_sent});
    const auto refused = rig.read(connection);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, is_sent ? Code::kOutcomeUnknown : Code::kProviderUnavailable);
    EXPECT_EQ(rig.grant_of(connection).attempt, is_sent ? model::Attempt::kUnknown : model::Attempt::kNone);
    EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
  }
}

TEST(CustomSteps, refresh_5_4_invalid_grant_after_an_unknown_outcome_needs_a_reconnect) {
  auto strict = EngineRig::plain_integration();
  strict.rotation = model::Rotation::kStrict;
  CustomRig rig(model::GrantType::kAuthorizationCode, strict);
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.is_processed = true, .is_lost = true});
  EXPECT_FALSE(rig.read(connection));
  rig.clock.advance(600s);
  const auto after = rig.read(connection);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, Code::kNeedsReconnect);
  EXPECT_EQ(rig.stored(connection).state_reason, "refresh_outcome_unknown");
}

TEST(CustomSteps, invalid_grant_and_invalid_client_mean_what_they_mean) {
  CustomRig rig;
  const auto dead = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 400, .body = R"({"error":"invalid_client"})"});
  EXPECT_EQ(rig.read(dead).error().code, Code::kCredentialConfiguration);
  EXPECT_TRUE(rig.stored_credential().client_error);
  EXPECT_EQ(rig.stored(dead).state, ConnectionState::kActive);
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 400, .body = R"({"error":"invalid_grant"})"});
  EXPECT_EQ(rig.read(dead).error().code, Code::kNeedsReconnect);
  EXPECT_EQ(rig.stored(dead).state_reason, "invalid_grant");
}

TEST(CustomSteps, refresh_rule_17_a_late_answer_wins) {
  CustomRig rig;
  const auto connection = rig.connect();
  EXPECT_TRUE(test::read_with_late_answer(rig, connection).has_value());
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
  EXPECT_EQ(rig.grant_of(connection).generation, 2);
}

TEST(CustomSteps, refresh_rule_01_a_request_that_would_outlive_the_lease_does_not_leave) {
  CustomRig rig;
  rig.context->refresh.lease = 15s;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  EXPECT_EQ(rig.read(connection).error().code, Code::kProviderUnavailable);
  EXPECT_EQ(rig.provider.token_requests(), 0U);
}

TEST(CustomSteps, a_password_is_handed_to_the_generation_alone) {
  CustomRig rig(model::GrantType::kPassword);
  ConnectionWish wish{.credential = rig.credential.id, .username = "ada", .password = model::Secret("pw")};
  wish.end_user.id = "user";
  const auto made = run(*rig.world, rig.connections->create(rig.tenant, std::move(wish), {}));
  ASSERT_TRUE(made) << made.error().detail;
  ASSERT_EQ(rig.services.steps.size(), 1U);
  const auto& step = rig.services.steps.front();
  EXPECT_EQ(step.kind, ports::TokenStep::Kind::kGeneration);
  EXPECT_EQ(step.service, "serv_a@3");
  EXPECT_EQ(step.secrets.at("username").reveal(), "ada");
  EXPECT_EQ(step.secrets.at("password").reveal(), "pw");
  EXPECT_THAT(step.scopes, ElementsAre("read", "write"));
}

TEST(CustomSteps, members_are_those_of_rfc_6749_whatever_the_integration_renames) {
  auto renamed = EngineRig::plain_integration();
  renamed.response.access_token = "data.token";
  CustomRig rig(model::GrantType::kAuthorizationCode, renamed);
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  const auto token = rig.read(connection);
  ASSERT_TRUE(token) << token.error().detail;
}

}  // namespace
}  // namespace valetkey::oauth
