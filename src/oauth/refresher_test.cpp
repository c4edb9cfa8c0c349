#include "oauth/refresher.hpp"

#include <gtest/gtest.h>

#include "oauth/refresh_save.hpp"
#include "support/refresh_scenarios.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::ConnectionState;
using model::Seconds;
using namespace std::chrono_literals;
using test::Behaviour;
using test::EngineRig;

TEST(Refresher, refresh_5_5_a_thousand_readers_of_an_expired_token_make_one_request) {
  EngineRig rig;
  const auto connection = rig.connect();
  const auto tokens = test::read_at_once(rig, connection, 1000);
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  for (const auto& token : tokens) {
    ASSERT_TRUE(token.has_value()) << token.error().detail;
    EXPECT_TRUE(rig.provider.is_alive(std::string(token->access_token.reveal())));
    EXPECT_EQ(token->generation, 2);
  }
}

TEST(Refresher, refresh_rule_18_a_hundred_rejections_of_one_generation_make_one_refresh) {
  EngineRig rig;
  const auto connection = rig.connect();
  for (int i = 0; i < 100; ++i) {
    const auto token = rig.force(connection, 1);
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(token->generation, 2);
  }
  EXPECT_EQ(rig.provider.token_requests(), 1U);
}

TEST(Refresher, refresh_rule_20_the_caller_that_started_it_may_leave) {
  boost::asio::io_context leaving;  // the first caller's thread, which never runs again once the request is on its way
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.delay = 5s});
  boost::asio::co_spawn(leaving, rig.tokens->token_for(rig.tenant, connection.id, {}), boost::asio::detached);
  while (rig.provider.token_requests() == 0) {
    leaving.restart();
    leaving.poll();
    rig.settle();
  }
  const auto read = rig.start_read(connection);
  rig.pass(6s);
  ASSERT_TRUE(read->has_value());
  EXPECT_TRUE((*read)->has_value());
  EXPECT_EQ(rig.provider.token_requests(), 1U);
}

TEST(Refresher, refresh_rule_11_no_entry_stays_behind_whatever_the_outcome) {
  const Behaviour outcomes[] = {{.is_not_sent = true},
                                {.is_lost = true},
                                {.status = 500},
                                {.status = 400, .body = R"({"error":"invalid_scope"})"},
                                {.status = 200, .body = "<html>"}};
  for (const auto& outcome : outcomes) {
    EngineRig rig;
    const auto connection = rig.connect();
    rig.clock.advance(3601s);
    rig.provider.script.push_back(outcome);
    EXPECT_FALSE(rig.read(connection));
    rig.settle();
    EXPECT_EQ(rig.refresher->running(), 0U);
    rig.provider.has_reuse_detection = false;
    rig.provider.rotates = false;
    rig.clock.advance(24h);
  }
}

TEST(Refresher, refresh_rule_10_an_answer_without_a_refresh_token_keeps_the_old_one) {
  EngineRig rig;
  rig.provider.rotates = false;
  rig.provider.gives_refresh_token = false;
  const auto connection = rig.connect();
  for (int hour = 1; hour <= 3; ++hour) {
    rig.clock.advance(3601s);
    const auto token = rig.read(connection);
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(token->generation, hour + 1);
  }
}

TEST(Refresher, refresh_5_7_a_new_refresh_token_replaces_the_old_in_the_same_write_checklist_31_) {
  EngineRig rig;
  const auto connection = rig.connect();
  for (int hour = 0; hour < 5; ++hour) {
    rig.clock.advance(3601s);
    ASSERT_TRUE(rig.read(connection));
    rig.restart();
  }
  EXPECT_EQ(rig.provider.reused_after_rotation, 0);
  EXPECT_EQ(rig.provider.token_requests(), 5U);
}

TEST(Refresher, refresh_rule_07_invalid_grant_ends_the_grant_and_is_told_once) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 400, .body = R"({"error":"invalid_grant"})"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.read(connection).error().code, Code::kNeedsReconnect);
  rig.pass(120s);
  EXPECT_EQ(rig.provider.token_requests(), 1U) << "a dead grant is not asked again";
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kNeedsReconnect);
  EXPECT_EQ(rig.stored(connection).state_reason, "invalid_grant");
  const auto events = rig.event_types();
  EXPECT_EQ(std::ranges::count(events, "connection.needs_reconnect"), 1);
  EXPECT_FALSE(rig.grant_of(connection).refresh_token.empty()) << "nothing is deleted on failure";
}

TEST(Refresher, refresh_rule_07_invalid_client_harms_no_grant_and_one_probe_finds_the_repair) {
  EngineRig rig;
  const auto first = rig.connect();
  const auto second = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.otherwise = [] { return Behaviour{.status = 401, .body = R"({"error":"invalid_client"})"}; };
  EXPECT_EQ(rig.read(first).error().code, Code::kCredentialConfiguration);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rig.read(second).error().code, Code::kCredentialConfiguration);
  EXPECT_EQ(rig.provider.token_requests(), 1U) << "remembered on the credential";
  EXPECT_EQ(rig.stored(first).state, ConnectionState::kActive);
  const auto events = rig.event_types();
  EXPECT_EQ(std::ranges::count(events, "credential.config_error"), 1);
  rig.clock.advance(59s);
  EXPECT_FALSE(rig.read(second));
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  rig.clock.advance(2s);
  rig.provider.otherwise = {};
  EXPECT_TRUE(rig.read(second)) << "the half-open probe";
  EXPECT_TRUE(rig.read(first)) << "cleared for everyone by the success";
  EXPECT_FALSE(rig.stored_credential().client_error);
}

TEST(Refresher, refresh_rule_05_one_provider_error_leaves_a_valid_token_usable) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3400s);
  rig.provider.otherwise = [] { return Behaviour{.status = 503}; };
  for (int i = 0; i < 5; ++i) {
    const auto token = rig.read(connection, {.min_ttl = 600s});
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(token->generation, 1);
    EXPECT_TRUE(std::ranges::count(token->warnings, "refresh_failing"));
  }
}

TEST(Refresher, refresh_rule_13_a_forced_check_saves_what_it_spent) {
  EngineRig rig;
  const auto connection = rig.connect();
  ASSERT_TRUE(rig.force(connection, 1));
  rig.restart();
  EXPECT_TRUE(rig.force(connection, 2)) << "the rotated token of the first was on disk";
  EXPECT_EQ(rig.provider.reused_after_rotation, 0);
}

TEST(Refresher, refresh_rule_14_a_store_that_is_down_is_503_and_never_a_verdict_on_the_connection) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.is_store_down = true;
  const auto refused = rig.read(connection);
  ASSERT_FALSE(refused);
  EXPECT_EQ(model::facts(refused.error().code).status, 503);
  EXPECT_EQ(rig.provider.token_requests(), 0U) << "\"started\" could not be written, so nothing was sent";
  rig.is_store_down = false;
  EXPECT_TRUE(rig.read(connection));
}

}  // namespace
}  // namespace valetkey::oauth
