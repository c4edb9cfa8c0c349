#include "oauth/refresh_plan.hpp"

#include <gtest/gtest.h>

namespace valetkey::oauth {
namespace {

using model::Seconds;
using model::WallTime;
using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::sys_days{std::chrono::January / 1 / 2026}};

/// A grant with one token of an hour, and everything else the plan looks at.
struct Scene {
  Scene() {
    connection.state = model::ConnectionState::kActive;
    connection.id = model::ConnectionId{"conn_1"};
    credential.endpoint_set = grant.endpoint_set = 1;
    grant.generation = 3;
    grant.refresh_token.bytes = "sealed";
    give_token(3600s);
  }
  void give_token(Seconds lifetime) {
    grant.access_tokens = {{.issued_at = kStart, .expires_at = kStart + lifetime, .generation = grant.generation}};
  }
  Plan at(Seconds after, const Need& need = {}) {
    return plan({.connection = connection,
                 .grant = grant,
                 .integration = integration,
                 .credential = credential,
                 .is_on_hold = is_on_hold,
                 .settings = settings,
                 .now = kStart + after},
                need);
  }
  model::Connection connection;
  model::Grant grant;
  model::Integration integration;
  model::Credential credential;
  RefreshSettings settings;
  bool is_on_hold = false;
};

bool serves(const Plan& plan) { return std::holds_alternative<Serve>(plan); }
bool spends(const Plan& plan) { return std::holds_alternative<Spend>(plan); }
model::Code refusal(const Plan& plan) { return std::get<Refuse>(plan).error.code; }

TEST(RefreshPlan, refresh_5_1_starts_a_quarter_or_the_margin_before_the_end) {
  Scene scene;  // an hour: the margin of 300 s is less than a quarter
  EXPECT_FALSE(std::get<Serve>(scene.at(3299s)).should_refresh);
  EXPECT_TRUE(std::get<Serve>(scene.at(3300s)).should_refresh);
  scene.give_token(100s);  // a quarter is 25 s
  EXPECT_FALSE(std::get<Serve>(scene.at(74s, {.min_ttl = 0s})).should_refresh);
  EXPECT_TRUE(std::get<Serve>(scene.at(75s, {.min_ttl = 0s})).should_refresh);
}

TEST(RefreshPlan, checklist_18_a_named_token_that_was_never_given_spends_nothing) {
  Scene scene;
  EXPECT_EQ(refusal(scene.at(0s, {.name = "user"})), model::Code::kInvalidInput);
  EXPECT_EQ(refusal(scene.at(7200s, {.name = "user"})), model::Code::kInvalidInput);
  EXPECT_EQ(refusal(scene.at(0s, {.name = "user", .rejected_generation = 3})), model::Code::kInvalidInput);
  scene.grant.access_tokens.push_back({.name = "user", .issued_at = kStart, .expires_at = kStart + 60s, .generation = 3});
  EXPECT_TRUE(serves(scene.at(0s, {.name = "user"})));
  EXPECT_TRUE(spends(scene.at(60s, {.name = "user"})));
}

TEST(RefreshPlan, checklist_18_an_audience_is_one_that_the_operator_named) {
  Scene scene;
  EXPECT_EQ(refusal(scene.at(0s, {.audience = "https://api.example"})), model::Code::kInvalidInput);
  scene.credential.audiences = {"https://api.example"};
  EXPECT_TRUE(spends(scene.at(0s, {.audience = "https://api.example"})));
  EXPECT_EQ(refusal(scene.at(0s, {.audience = "https://api.example/"})), model::Code::kInvalidInput);
  EXPECT_TRUE(serves(scene.at(0s)));
}

TEST(RefreshPlan, checklist_18_client_credentials_without_a_list_may_ask_for_any_audience) {
  Scene scene;
  scene.credential.grant_type = model::GrantType::kClientCredentials;
  EXPECT_TRUE(spends(scene.at(0s, {.audience = "https://api.example"})));
  scene.credential.audiences = {"https://other.example"};
  EXPECT_EQ(refusal(scene.at(0s, {.audience = "https://api.example"})), model::Code::kInvalidInput);
}

TEST(RefreshPlan, refresh_rule_06_margin_longer_than_the_life_does_not_refresh_on_every_read) {
  Scene scene;
  scene.give_token(600s);
  scene.settings.margin = 900s;
  EXPECT_FALSE(std::get<Serve>(scene.at(0s)).should_refresh);
  EXPECT_FALSE(std::get<Serve>(scene.at(449s)).should_refresh);
}

TEST(RefreshPlan, refresh_5_1_min_ttl_is_capped_at_half_the_lifetime) {
  Scene scene;
  EXPECT_TRUE(serves(scene.at(1800s, {.min_ttl = 1800s})));
  EXPECT_TRUE(spends(scene.at(1801s, {.min_ttl = 1800s})));
  const auto capped = scene.at(0s, {.min_ttl = 1801s});
  ASSERT_TRUE(serves(capped));
  EXPECT_TRUE(std::get<Serve>(capped).is_min_ttl_capped);
  EXPECT_FALSE(std::get<Serve>(scene.at(0s, {.min_ttl = 1800s})).is_min_ttl_capped);
}

TEST(RefreshPlan, security_s24_forced_refresh_names_the_generation_it_found_bad) {
  Scene scene;
  EXPECT_TRUE(spends(scene.at(0s, {.rejected_generation = 3})));
  EXPECT_TRUE(serves(scene.at(0s, {.rejected_generation = 2}))) << "a newer one exists: that is used";
  EXPECT_EQ(refusal(scene.at(0s, {.rejected_generation = 4})), model::Code::kGenerationUnknown);
}

TEST(RefreshPlan, refresh_5_4_unknown_outcome_waits_for_the_live_token_to_end) {
  Scene scene;
  scene.grant.attempt = model::Attempt::kUnknown;
  scene.grant.next_attempt_at = kStart + 10s;
  const auto serving = scene.at(3400s);
  ASSERT_TRUE(serves(serving));
  EXPECT_TRUE(std::get<Serve>(serving).is_refresh_failing);
  EXPECT_FALSE(std::get<Serve>(serving).should_refresh);
  EXPECT_TRUE(serves(scene.at(3599s, {.min_ttl = 600s})));
  EXPECT_TRUE(spends(scene.at(3600s)));
}

TEST(RefreshPlan, refresh_5_4_unknown_outcome_is_repeated_at_once_where_nothing_can_be_lost) {
  for (const auto rotation : {model::Rotation::kNone, model::Rotation::kGrace}) {
    Scene scene;
    scene.integration.rotation = rotation;
    scene.grant.attempt = model::Attempt::kUnknown;
    EXPECT_TRUE(spends(scene.at(3400s, {.is_background = true})));
  }
}

TEST(RefreshPlan, refresh_5_4_a_token_that_was_rejected_counts_as_ended) {
  Scene scene;
  scene.grant.attempt = model::Attempt::kUnknown;
  EXPECT_TRUE(spends(scene.at(100s, {.rejected_generation = 3})));
}

TEST(RefreshPlan, refresh_5_5_a_live_token_is_served_while_refreshing_fails) {
  Scene scene;
  scene.grant.next_attempt_at = kStart + 4000s;
  scene.grant.failures = 3;
  const auto serving = scene.at(3590s);
  ASSERT_TRUE(serves(serving));
  EXPECT_TRUE(std::get<Serve>(serving).is_refresh_failing);
  EXPECT_EQ(refusal(scene.at(3600s)), model::Code::kProviderUnavailable);
  EXPECT_EQ(std::get<Refuse>(scene.at(3600s)).error.retry_after, 400s);
  EXPECT_TRUE(spends(scene.at(4000s)));
}

TEST(RefreshPlan, refresh_5_6_a_rejected_client_is_probed_and_not_hammered) {
  Scene scene;
  scene.credential.client_error = model::ClientError{.code = "invalid_client", .since = kStart, .next_probe_at = kStart + 4000s};
  EXPECT_EQ(refusal(scene.at(3999s)), model::Code::kCredentialConfiguration);
  EXPECT_TRUE(spends(scene.at(4000s)));
}

TEST(RefreshPlan, refresh_5_8_on_hold_live_tokens_are_served_and_nothing_is_sent) {
  Scene scene;
  scene.is_on_hold = true;
  EXPECT_TRUE(serves(scene.at(3599s, {.min_ttl = 0s})));
  EXPECT_EQ(refusal(scene.at(3600s)), model::Code::kHold);
}

TEST(RefreshPlan, security_s01_a_grant_of_another_endpoint_set_is_never_spent) {
  Scene scene;
  scene.credential.endpoint_set = 2;
  EXPECT_EQ(refusal(scene.at(0s)), model::Code::kNeedsReconnect);
  EXPECT_EQ(refusal(scene.at(3600s)), model::Code::kNeedsReconnect);
}

TEST(RefreshPlan, refresh_rule_08_a_token_without_a_lifetime_is_served_until_it_is_found_bad) {
  Scene scene;
  scene.grant.access_tokens.front().expires_at.reset();
  EXPECT_TRUE(serves(scene.at(86'400s * 400)));
  EXPECT_TRUE(spends(scene.at(86'400s, {.rejected_generation = 3})));
}

TEST(RefreshPlan, every_state_of_a_connection_but_active_refuses) {
  using State = model::ConnectionState;
  const std::pair<State, model::Code> rows[] = {{State::kAwaitingConfirmation, model::Code::kAwaitingConfirmation},
                                                {State::kNeedsReconnect, model::Code::kNeedsReconnect},
                                                {State::kHeld, model::Code::kConnectionHeld},
                                                {State::kRevoked, model::Code::kConnectionRevoked}};
  for (const auto& [state, code] : rows) {
    Scene scene;
    scene.connection.state = state;
    EXPECT_EQ(refusal(scene.at(0s)), code);
    EXPECT_EQ(refusal(scene.at(0s, {.rejected_generation = 3})), code);
  }
}

}  // namespace
}  // namespace valetkey::oauth
