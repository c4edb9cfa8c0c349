// DESIGN 5.4 sentence by sentence: what a request without a usable answer means, and what is done about it.
#include <gtest/gtest.h>

#include "support/refresh_scenarios.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::ConnectionState;
using model::Rotation;
using model::Seconds;
using namespace std::chrono_literals;
using test::Behaviour;
using test::EngineRig;
using test::run;

model::Integration with_rotation(Rotation rotation) {
  auto integration = EngineRig::plain_integration();
  integration.rotation = rotation;
  integration.rotation_grace = 600s;
  return integration;
}

TEST(RefreshOutcome, refresh_5_4_started_is_on_disk_before_the_request_leaves) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.delay = 5s});
  const auto read = rig.start_read(connection);
  rig.until([&] { return rig.provider.token_requests() == 1; });
  EXPECT_EQ(rig.grant_of(connection).attempt, model::Attempt::kStarted);
  rig.pass(6s);
  EXPECT_TRUE(read->value());
  EXPECT_EQ(rig.grant_of(connection).attempt, model::Attempt::kNone);
}

TEST(RefreshOutcome, refresh_5_4_not_sent_429_and_503_are_transient) {
  const Behaviour outcomes[] = {{.is_not_sent = true}, {.status = 429, .headers = {{"retry-after", "30"}}}, {.status = 503}};
  for (const auto& outcome : outcomes) {
    EngineRig rig;
    const auto connection = rig.connect();
    rig.clock.advance(3601s);
    rig.provider.script.push_back(outcome);
    const auto refused = rig.read(connection);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kProviderUnavailable);
    EXPECT_EQ(rig.grant_of(connection).attempt, model::Attempt::kNone);
    rig.clock.advance(35s);
    EXPECT_TRUE(rig.read(connection)) << "the refresh token was never spent";
    EXPECT_EQ(rig.provider.reused_after_rotation, 0);
  }
}

TEST(RefreshOutcome, refresh_5_4_retry_after_is_honoured_to_the_second) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 429, .headers = {{"retry-after", "120"}}});
  EXPECT_EQ(rig.read(connection).error().retry_after, 120s);
  rig.clock.advance(119s);
  EXPECT_FALSE(rig.read(connection));
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  rig.clock.advance(1s);
  EXPECT_TRUE(rig.read(connection));
}

TEST(RefreshOutcome, refresh_5_4_sent_without_a_usable_answer_is_unknown) {
  const Behaviour outcomes[] = {{.is_lost = true},
                                {.status = 500},
                                {.status = 502, .body = "<html>bad gateway</html>"},
                                {.status = 504},
                                {.status = 200, .body = "{\"access_to"}};
  for (const auto& outcome : outcomes) {
    EngineRig rig;
    const auto connection = rig.connect();
    rig.clock.advance(3601s);
    rig.provider.script.push_back(outcome);
    EXPECT_EQ(rig.read(connection).error().code, Code::kOutcomeUnknown);
    EXPECT_EQ(rig.grant_of(connection).attempt, model::Attempt::kUnknown);
    EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
  }
}

TEST(RefreshOutcome, refresh_rule_15_a_lost_answer_does_not_revoke_the_live_token) {
  EngineRig rig(with_rotation(Rotation::kStrict));
  const auto connection = rig.connect();
  rig.clock.advance(3400s);  // inside the window: the token lives for 200 s more
  rig.provider.script.push_back({.is_processed = true, .is_lost = true});
  const auto before = rig.read(connection, {.min_ttl = 600s});
  ASSERT_TRUE(before) << before.error().detail;
  for (int second = 0; second < 190; second += 10) {
    rig.pass(10s);
    EXPECT_TRUE(rig.read(connection));
  }
  EXPECT_EQ(rig.provider.token_requests(), 1U) << "the old refresh token must not be sent while the live token lives";
  rig.pass(11s);
  const auto after = rig.read(connection);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, Code::kNeedsReconnect);
  EXPECT_EQ(rig.stored(connection).state_reason, "refresh_outcome_unknown") << "invalid_grant after an unknown outcome";
  EXPECT_EQ(rig.provider.token_requests(), 2U);
}

TEST(RefreshOutcome, refresh_5_4_an_answer_lost_before_it_was_processed_costs_nothing) {
  EngineRig rig(with_rotation(Rotation::kStrict));
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.is_processed = false, .is_lost = true});
  EXPECT_FALSE(rig.read(connection));
  rig.clock.advance(10s);
  const auto token = rig.read(connection);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->generation, 2);
}

TEST(RefreshOutcome, refresh_5_4_with_a_grace_or_no_rotation_it_is_sent_again_at_once) {
  for (const auto rotation : {Rotation::kNone, Rotation::kGrace}) {
    EngineRig rig(with_rotation(rotation));
    rig.provider.rotates = rotation == Rotation::kGrace;
    rig.provider.has_reuse_detection = false;
    const auto connection = rig.connect();
    rig.clock.advance(3601s);
    rig.provider.script.push_back({.is_processed = false, .is_lost = true});
    const auto token = rig.read(connection);
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(rig.provider.token_requests(), 2U);
  }
}

TEST(RefreshOutcome, refresh_rule_16_an_hour_of_gateway_errors_kills_no_grant) {
  for (const int status : {502, 503}) {
    EngineRig rig;
    // The gateway in front of the server is broken: nothing is processed behind it.
    rig.provider.otherwise = [status] { return Behaviour{.is_processed = false, .status = status}; };
    std::vector<model::Connection> connections;
    connections.reserve(20);
    for (int i = 0; i < 20; ++i) connections.push_back(rig.connect());
    rig.clock.advance(3601s);
    for (int minute = 0; minute < 60; ++minute) {
      for (const auto& connection : connections) EXPECT_FALSE(rig.read(connection));
      rig.clock.advance(60s);
    }
    rig.provider.otherwise = {};
    rig.clock.advance(600s);  // the longest backoff
    for (const auto& connection : connections) {
      const auto token = rig.read(connection);
      EXPECT_TRUE(token) << status << ": " << token.error().detail;
      EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
    }
    EXPECT_EQ(rig.provider.concurrent_same_token, 0);
    EXPECT_LT(rig.provider.token_requests(), 20U * 30U) << "backoff, not a hammer";
  }
}

TEST(RefreshOutcome, refresh_5_4_never_concurrently_and_a_crash_is_an_unknown_outcome) {
  EngineRig rig(with_rotation(Rotation::kStrict));
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.delay = 10s});
  const auto lost = rig.start_read(connection);
  rig.until([&] { return rig.provider.token_requests() == 1; });
  rig.restart();  // kill -9: "started" and the lease are all that is left
  const auto early = rig.start_read(connection);
  rig.pass(6s);
  ASSERT_TRUE(early->has_value());
  EXPECT_FALSE((*early)->has_value()) << "the dead process's request may still be under way";
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  rig.pass(30s);
  const auto late = rig.start_read(connection);
  rig.pass(2s);
  ASSERT_TRUE(late->has_value());
  EXPECT_EQ(rig.provider.token_requests(), 2U) << "sent again once the lease has ended";
  EXPECT_EQ(rig.provider.concurrent_same_token, 0);
}

TEST(RefreshOutcome, refresh_rule_01_the_lease_outlives_the_request) {
  const RefreshSettings settings;
  EXPECT_LT(settings.request_deadline, settings.lease);
  EngineRig rig;
  rig.context->refresh.lease = 15s;  // shorter than the deadline: such a request must not leave
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  EXPECT_EQ(rig.read(connection).error().code, Code::kProviderUnavailable);
  EXPECT_EQ(rig.provider.token_requests(), 0U);
}

TEST(RefreshOutcome, refresh_rule_02_nobody_refreshes_without_the_guard) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3500s);
  ports::Unit other;
  other.writes.emplace_back(ports::TakeLease{lease_name(rig.grant_of(connection).id), "another-node", rig.tenant.str(), 60s});
  EngineRig::must(run(*rig.world, rig.store->apply(std::move(other))));
  const auto serving = rig.start_read(connection, {.min_ttl = 600s});
  rig.pass(7s);
  ASSERT_TRUE(serving->has_value());
  EXPECT_TRUE((*serving)->has_value()) << "the still-valid token is served";
  rig.clock.advance(100s - 7s);
  ports::Unit again;
  again.writes.emplace_back(ports::TakeLease{lease_name(rig.grant_of(connection).id), "another-node", rig.tenant.str(), 60s});
  EngineRig::must(run(*rig.world, rig.store->apply(std::move(again))));
  const auto refused = rig.start_read(connection);
  rig.pass(20s);
  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ((*refused)->error().code, Code::kProviderUnavailable) << "else a retryable error";
  EXPECT_EQ(rig.provider.token_requests(), 0U);
}

TEST(RefreshOutcome, refresh_5_2_and_refresh_rule_03_the_record_is_read_again_under_the_guard) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  // Another node renews between this one's read and its guard: its save makes the "started" mark fail, and the decision is made anew.
  auto renewed_elsewhere = rig.grant_of(connection);
  renewed_elsewhere.generation = 2;
  renewed_elsewhere.access_tokens.front().expires_at = rig.clock.wall_now() + 3600s;
  const auto read = rig.start_read(connection);
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(renewed_elsewhere)}})));
  rig.until([&] { return read->has_value(); });
  EXPECT_LE(rig.provider.token_requests(), 1U);
  EXPECT_EQ(rig.provider.reused_after_rotation, 0);
}

TEST(RefreshOutcome, refresh_rule_17_a_late_answer_wins_over_unknown_and_needs_reconnect) {
  EngineRig rig;
  const auto connection = rig.connect();
  EXPECT_TRUE(test::read_with_late_answer(rig, connection).has_value());
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
  EXPECT_EQ(rig.grant_of(connection).generation, 2);
}

TEST(RefreshOutcome, refresh_rule_04_the_loser_of_a_race_overwrites_nothing) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 400, .body = R"({"error":"invalid_grant"})", .delay = 10s});
  const auto read = rig.start_read(connection);
  rig.until([&] { return rig.provider.token_requests() == 1; });
  auto winner = rig.grant_of(connection);
  winner.generation = 2;
  winner.attempt = model::Attempt::kNone;
  winner.access_tokens.front().expires_at = rig.clock.wall_now() + 3600s;
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(winner)}})));
  rig.pass(12s);
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
  EXPECT_EQ(rig.grant_of(connection).generation, 2);
}

}  // namespace
}  // namespace valetkey::oauth
