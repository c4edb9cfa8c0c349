#include "oauth/validations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_rig.hpp"
#include "support/simulated_services.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::ConnectionState;
using ports::TokenVerdict;
using namespace std::chrono_literals;
using test::EngineRig;
using test::run;
using testing::Contains;
using testing::Not;

ports::TokenValidation found(TokenVerdict outcome, std::string reason = "", std::string account = "") {
  return {.outcome = outcome, .reason = std::move(reason), .account = std::move(account)};
}

class ValidationRig : public EngineRig {
 public:
  explicit ValidationRig(model::Integration integration = plain_integration(), model::Seconds interval = 86'400s)
      : EngineRig(std::move(integration)) {
    add_credential(model::GrantType::kAuthorizationCode, {}, {{"token_validation", "preset/sim"}});
    context->services = &services;
    validations = std::make_unique<Validations>(*context, *tokens, Validations::Settings{interval});
  }
  ~ValidationRig() { settle(); }

  model::Result<ValidationReport> validate(const model::Connection& connection) {
    return run(*world, validations->validate(tenant, connection.id));
  }
  int look() {
    const auto started = must(run(*world, validations->look()));
    settle();
    return started;
  }

  test::SimulatedServices services{provider};
  std::unique_ptr<Validations> validations;
};

TEST(Validations, a_valid_token_is_told_and_remembered) {
  ValidationRig rig;
  const auto connection = rig.connect();
  const auto report = rig.validate(connection);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->found.outcome, TokenVerdict::kValid);
  EXPECT_EQ(report->checked_at, rig.clock.wall_now());
  const auto stored = rig.stored(connection);
  ASSERT_TRUE(stored.validation);
  EXPECT_EQ(stored.validation->outcome, "valid");
  ASSERT_EQ(rig.services.checks.size(), 1U);
  EXPECT_EQ(rig.services.checks[0].service, "preset/sim");
  ASSERT_TRUE(rig.services.checks[0].access_token) << "the token comes as a value: nothing else renews it";
  EXPECT_EQ(rig.provider.token_requests(), 0U);
}

TEST(Validations, unknown_never_changes_a_connection) {
  ValidationRig rig;
  const auto connection = rig.connect();
  for (int i = 0; i < 5; ++i) rig.services.verdicts.push_back(found(TokenVerdict::kUnknown, "rate_limited"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rig.validate(connection)->found.reason, "rate_limited");
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
  EXPECT_EQ(rig.stored(connection).validation->outcome, "unknown");
  EXPECT_EQ(rig.provider.token_requests(), 0U);
}

TEST(Validations, an_invalid_token_is_renewed_once_and_checked_once_more) {
  ValidationRig rig;
  const auto connection = rig.connect();
  rig.services.verdicts.push_back(found(TokenVerdict::kInvalid, "token_revoked"));
  EXPECT_EQ(rig.validate(connection)->found.outcome, TokenVerdict::kValid);
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  EXPECT_EQ(rig.services.checks.size(), 2U);
  EXPECT_NE(rig.services.checks[0].access_token->reveal(), rig.services.checks[1].access_token->reveal());
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
}

TEST(Validations, what_is_still_invalid_needs_a_reconnect_and_says_so_once) {
  ValidationRig rig;
  const auto connection = rig.connect();
  for (int i = 0; i < 2; ++i) rig.services.verdicts.push_back(found(TokenVerdict::kInvalid, "account_mismatch"));
  EXPECT_EQ(rig.validate(connection)->found.reason, "account_mismatch");
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  const auto stored = rig.stored(connection);
  EXPECT_EQ(stored.state, ConnectionState::kNeedsReconnect);
  EXPECT_EQ(stored.state_reason, "token_invalid");
  EXPECT_EQ(rig.validate(connection).error().code, Code::kNeedsReconnect);
  EXPECT_EQ(std::ranges::count(rig.event_types(), "connection.needs_reconnect"), 1);
}

TEST(Validations, an_invalid_token_that_nothing_renews_needs_a_reconnect) {
  ValidationRig rig;
  TokenAnswer answer{.access_token = model::Secret("only")};
  answer.extra = model::Secret("{}");
  const auto connection = rig.connect_with(std::move(answer));
  rig.services.verdicts.push_back(found(TokenVerdict::kInvalid, "token_revoked"));
  EXPECT_EQ(rig.validate(connection)->found.outcome, TokenVerdict::kInvalid);
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kNeedsReconnect);
  EXPECT_EQ(rig.services.checks.size(), 1U);
}

TEST(Validations, a_renewal_that_fails_for_now_proves_nothing) {
  ValidationRig rig;
  const auto connection = rig.connect();
  rig.services.verdicts.push_back(found(TokenVerdict::kInvalid, "token_revoked"));
  rig.provider.script.push_back({.status = 503});
  const auto report = rig.validate(connection);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->found.outcome, TokenVerdict::kUnknown);
  EXPECT_EQ(report->found.reason, "renewal_failed");
  EXPECT_EQ(rig.stored(connection).state, ConnectionState::kActive);
}

TEST(Validations, a_dead_grant_is_told_as_the_guard_found_it) {
  ValidationRig rig;
  const auto connection = rig.connect();
  rig.services.verdicts.push_back(found(TokenVerdict::kInvalid, "token_revoked"));
  rig.provider.script.push_back({.status = 400, .body = R"({"error":"invalid_grant"})"});
  EXPECT_EQ(rig.validate(connection)->found.outcome, TokenVerdict::kInvalid);
  EXPECT_EQ(rig.stored(connection).state_reason, "invalid_grant");
  EXPECT_EQ(std::ranges::count(rig.event_types(), "connection.needs_reconnect"), 1);
}

TEST(Validations, no_token_for_now_is_unknown_and_a_state_is_an_error) {
  ValidationRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 503});
  EXPECT_EQ(rig.validate(connection)->found.outcome, TokenVerdict::kUnknown);
  auto waiting = rig.stored(connection);
  waiting.state = ConnectionState::kAwaitingConfirmation;
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(waiting)}})));
  EXPECT_EQ(rig.validate(connection).error().code, Code::kAwaitingConfirmation);
  const auto foreign = run(*rig.world, rig.validations->validate(model::TenantId{"ten_other"}, connection.id));
  EXPECT_EQ(foreign.error().code, Code::kNotFound);
}

TEST(Validations, a_credential_without_a_service_says_so_and_asks_for_no_token_after_connecting) {
  ValidationRig rig;
  rig.add_credential();
  const auto connection = rig.connect(1);
  rig.clock.advance(10s);
  rig.validations->after_connecting(connection);
  rig.settle();
  EXPECT_EQ(rig.provider.token_requests(), 0U);
  EXPECT_EQ(rig.validate(connection).error().code, Code::kConflict);
}

TEST(Validations, after_connecting_it_runs_by_itself) {
  ValidationRig rig;
  const auto connection = rig.connect();
  rig.validations->after_connecting(connection);
  rig.settle();
  EXPECT_EQ(rig.services.checks.size(), 1U);
  EXPECT_TRUE(rig.stored(connection).validation);
}

TEST(Validations, security_s28_an_account_of_the_callback_is_matched_on_once_the_token_proved_it) {
  auto integration = EngineRig::plain_integration();
  integration.account = {.from = model::AccountSource::From::kCallback, .path = "realm"};
  ValidationRig rig(integration);
  auto connection = rig.connect();
  connection.account = "realm-7";
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(connection)}})));
  rig.services.verdicts.push_back(found(TokenVerdict::kValid));
  EXPECT_TRUE(rig.validate(connection));
  EXPECT_EQ(rig.stored(connection).app_user_id, "") << "nothing told whose token it is";
  rig.services.verdicts.push_back(found(TokenVerdict::kValid, "", "realm-7"));
  EXPECT_TRUE(rig.validate(connection));
  EXPECT_EQ(rig.stored(connection).app_user_id, "realm-7");
  EXPECT_TRUE(rig.validate(connection));
  EXPECT_EQ(std::ranges::count(rig.event_types(), "connection.identified"), 1) << "events that wait for this user are matched by it";
}

TEST(ValidationSchedule, each_connection_is_checked_once_an_interval) {
  ValidationRig rig(EngineRig::plain_integration(), 3600s);
  for (int i = 0; i < 3; ++i) (void)rig.connect(100'000);
  int checks = 0;
  for (int i = 0; i < 10; ++i) checks += rig.look();
  EXPECT_EQ(checks, 3);
  rig.clock.advance(3000s);
  for (int i = 0; i < 10; ++i) checks += rig.look();
  EXPECT_EQ(checks, 3) << "before nine tenths of the interval";
  rig.clock.advance(700s);
  for (int i = 0; i < 10; ++i) checks += rig.look();
  EXPECT_EQ(checks, 6);
}

TEST(ValidationSchedule, a_look_starts_no_more_than_sixteen_and_the_next_goes_on_behind_them) {
  ValidationRig rig;
  for (int i = 0; i < 40; ++i) (void)rig.connect(100'000);
  std::vector<int> started;
  while (rig.services.checks.size() < 40 && started.size() < 20) started.push_back(rig.look());
  EXPECT_EQ(*std::ranges::max_element(started), 16);
  EXPECT_EQ(rig.services.checks.size(), 40U);
}

TEST(ValidationSchedule, nothing_without_an_interval_on_hold_or_for_connections_that_do_not_serve) {
  ValidationRig off(EngineRig::plain_integration(), 0s);
  (void)off.connect();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(off.look(), 0);
  ValidationRig held;
  auto connection = held.connect();
  held.context->is_on_hold = true;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(held.look(), 0);
  connection.state = ConnectionState::kHeld;
  EXPECT_FALSE(is_validation_due(connection, 3600s, held.clock.wall_now()));
}

TEST(ValidationSchedule, connections_made_together_are_not_checked_together) {
  model::Connection connection{.state = ConnectionState::kActive};
  const auto now = model::from_unix_ms(1'800'000'000'000);
  connection.validation = model::Validation{"valid", "", now};
  int early = 0;
  for (int i = 0; i < 1000; ++i) {
    connection.id = model::ConnectionId{"conn_" + std::to_string(i)};
    EXPECT_FALSE(is_validation_due(connection, 1000s, now + 899s));
    EXPECT_TRUE(is_validation_due(connection, 1000s, now + 1000s));
    if (is_validation_due(connection, 1000s, now + 950s)) ++early;
  }
  EXPECT_GT(early, 400);
  EXPECT_LT(early, 600);
}

}  // namespace
}  // namespace valetkey::oauth
