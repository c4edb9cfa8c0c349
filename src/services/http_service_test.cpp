#include "services/http_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "services/accounts/http_accounts.hpp"
#include "services/http_events.hpp"
#include "services/mac.hpp"
#include "support/fixed_random.hpp"
#include "support/run_task.hpp"
#include "support/simulated_provider.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::services {
namespace {

using ports::TokenVerdict;
using test::run;
using testing::HasSubstr;
using testing::Not;

class HttpServiceRig {
 public:
  template <class T>
  T run_it(ports::Task<T> task) {
    return run(world, std::move(task));
  }
  [[nodiscard]] const ports::HttpRequest& sent() const { return network.seen.back().request; }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : sent().headers)
      if (key == name) return value;
    return {};
  }
  void answers(int status, std::string body) { network.script.push_back({.status = status, .body = std::move(body)}); }

  boost::asio::io_context world;
  test::SteppedClock clock;
  test::FixedRandom random;
  test::SimulatedProvider network{clock};
  HttpService http{network, clock, random};
  Service service{.name = "serv_1", .url = "https://own.example/services", .signing_secret = model::Secret("whsec_c2VjcmV0LWtleQ==")};
};

ports::TokenStep step_with(std::string declared) {
  ports::TokenStep step{.tenant = model::TenantId{"ten"}, .client_id = "client", .token_url = "https://sim.example/token"};
  step.client_secrets = {model::Secret("client-secret"), model::Secret("older-secret")};
  step.secrets = {{"refresh_token", model::Secret("refresh-value")}, {"password", model::Secret("password-value")}};
  step.parameters = {{"realm", "north"}};
  if (!declared.empty()) step.parameters["send_secrets"] = std::move(declared);
  return step;
}

TEST(HttpService, a_request_is_signed_by_the_scheme_of_standard_webhooks) {
  HttpServiceRig rig;
  rig.answers(200, R"({"fine":1})");
  const auto answer = rig.run_it(rig.http.ask(rig.service, model::TenantId{"ten"}, "user_id_mapper", {{"account", "a"}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("fine"), 1);
  EXPECT_EQ(rig.sent().method, "POST");
  EXPECT_EQ(rig.sent().tenant.str(), "ten") << "whose egress rules count";
  EXPECT_EQ(rig.sent().max_response, 1U << 20);
  const auto signed_bytes = rig.header("webhook-id") + "." + rig.header("webhook-timestamp") + "." + rig.sent().body;
  EXPECT_EQ(rig.header("webhook-signature"), "v1," + model::to_base64(hmac_of(HashAlgorithm::kSha256, "secret-key", signed_bytes)));
  EXPECT_THAT(rig.sent().body, HasSubstr(R"("type":"user_id_mapper")"));
}

TEST(HttpService, security_s22_it_gets_no_secret_that_was_not_declared) {
  HttpServiceRig rig;
  rig.answers(200, R"({"access_token":"t"})");
  ASSERT_TRUE(rig.run_it(ask_for_tokens(rig.http, rig.service, step_with(""))));
  for (const auto* secret : {"client-secret", "older-secret", "refresh-value", "password-value"})
    EXPECT_THAT(rig.sent().body, Not(HasSubstr(secret)));
  rig.answers(200, R"({"access_token":"t"})");
  ASSERT_TRUE(rig.run_it(ask_for_tokens(rig.http, rig.service, step_with("refresh_token client_secret unknown"))));
  EXPECT_THAT(rig.sent().body, HasSubstr("refresh-value"));
  EXPECT_THAT(rig.sent().body, HasSubstr("client-secret"));
  EXPECT_THAT(rig.sent().body, Not(HasSubstr("password-value")));
  EXPECT_THAT(rig.sent().body, Not(HasSubstr("send_secrets")));
}

TEST(HttpService, refresh_5_4_a_step_says_whether_anything_left) {
  struct Case {
    test::Behaviour behaviour;
    bool is_sent;
    std::string oauth_error;
  };
  const Case cases[] = {{{.is_not_sent = true}, false, ""},
                        {{.is_lost = true}, true, ""},
                        {{.status = 200, .body = "<html>"}, true, ""},
                        {{.status = 302, .body = "{}"}, true, ""},
                        {{.status = 500, .body = R"({"error":"invalid_grant"})"}, true, ""},
                        {{.status = 400, .body = R"({"error":"invalid_grant","error_description":"gone"})"}, true, "invalid_grant"},
                        {{.status = 200, .body = R"({"error":"invalid_client"})"}, true, "invalid_client"},
                        {{.status = 503, .body = "{}"}, true, "temporarily_unavailable"},
                        {{.status = 429, .body = "{}"}, true, "temporarily_unavailable"}};
  for (const auto& each : cases) {
    HttpServiceRig rig;
    rig.network.script.push_back(each.behaviour);
    const auto failed = rig.run_it(ask_for_tokens(rig.http, rig.service, step_with("")));
    ASSERT_FALSE(failed) << each.behaviour.status;
    EXPECT_EQ(failed.error().is_sent, each.is_sent) << each.behaviour.status;
    EXPECT_EQ(failed.error().oauth_error, each.oauth_error) << each.behaviour.status << each.behaviour.body;
  }
  HttpServiceRig rig;
  auto late = step_with("");
  late.may_send = [] { return false; };
  const auto stopped = rig.run_it(ask_for_tokens(rig.http, rig.service, late));
  ASSERT_FALSE(stopped);
  EXPECT_FALSE(stopped.error().is_sent);
  EXPECT_TRUE(rig.network.seen.empty());
}

TEST(HttpService, a_validation_is_told_the_connection_and_read_strictly) {
  const std::pair<std::string, TokenVerdict> cases[] = {
      {R"({"outcome":"valid","account":"a","scopes":["x"],"expiresAt":"2030-01-01T00:00:00Z"})", TokenVerdict::kValid},
      {R"({"outcome":"invalid","reason":"gone"})", TokenVerdict::kInvalid},
      {R"({"outcome":"unknown"})", TokenVerdict::kUnknown},
      {R"({"outcome":"maybe"})", TokenVerdict::kUnknown},
      {R"({"outcome":"invalid","reason":7})", TokenVerdict::kUnknown},
      {R"([])", TokenVerdict::kUnknown}};
  for (const auto& [body, verdict] : cases) {
    HttpServiceRig rig;
    rig.answers(200, body);
    const ports::ValidationCall call{.tenant = model::TenantId{"ten"},
                                     .connection = model::ConnectionId{"conn_1"},
                                     .service = "serv_1",
                                     .account = "a",
                                     .access_token = model::Secret("the-token")};
    EXPECT_EQ(rig.run_it(ask_for_validation(rig.http, rig.service, call)).outcome, verdict) << body;
    EXPECT_THAT(rig.sent().body, HasSubstr("conn_1"));
    EXPECT_THAT(rig.sent().body, Not(HasSubstr("the-token")));
  }
}

TEST(HttpService, a_mapper_answers_a_text_or_nothing) {
  const ports::ConnectedAccount account{.tenant = model::TenantId{"ten"}, .account = "a", .access_token = model::Secret("the-token")};
  HttpServiceRig rig;
  rig.answers(200, R"({"appUserId":"u-1"})");
  EXPECT_EQ(rig.run_it(ask_for_user(rig.http, rig.service, account)).value(), "u-1");
  EXPECT_THAT(rig.sent().body, Not(HasSubstr("the-token")));
  rig.answers(200, R"({"appUserId":null})");
  EXPECT_EQ(rig.run_it(ask_for_user(rig.http, rig.service, account)).value(), "");
  rig.answers(200, R"({"appUserId":["u","v"]})");
  EXPECT_FALSE(rig.run_it(ask_for_user(rig.http, rig.service, account)));
  rig.answers(500, "");
  EXPECT_FALSE(rig.run_it(ask_for_user(rig.http, rig.service, account)));
}

TEST(HttpService, security_s34_a_request_is_parsed_elsewhere_without_the_secrets_it_holds) {
  HttpServiceRig rig;
  Incoming request{.method = "POST", .path = "/hooks/acme/key", .headers = {{"authorization", "static-secret"}}, .body = R"({"a":1})"};
  EndpointValues values;
  values.secrets["token"] = {model::Secret("static-secret")};
  values.parameters["topic"] = "t-1";
  rig.answers(
      200, R"({"events":[{"eventType":"paid","appUserId":["u1","u2"],"eventPayload":{"x":1},"eventId":"e1"}],"response":{"body":"ok"}})");
  const auto parsed = rig.run_it(ask_to_parse(rig.http, rig.service, model::TenantId{"ten"}, request, values, {}));
  ASSERT_TRUE(parsed) << parsed.error().detail;
  ASSERT_EQ(parsed->messages.size(), 1U);
  EXPECT_EQ(parsed->messages[0].event_type, "paid");
  EXPECT_EQ(parsed->messages[0].app_user_ids, (std::vector<std::string>{"u1", "u2"}));
  EXPECT_EQ(parsed->acknowledgement.body, "ok");
  EXPECT_EQ(rig.sent().deadline, model::Milliseconds{2'000}) << "an application waits";
  EXPECT_THAT(rig.sent().body, HasSubstr("t-1"));
  EXPECT_THAT(rig.sent().body, Not(HasSubstr("static-secret")));
  rig.answers(200, R"({"events":[{"eventType":7}]})");
  EXPECT_FALSE(rig.run_it(ask_to_parse(rig.http, rig.service, model::TenantId{"ten"}, request, values, {})));
  rig.answers(500, R"({"events":[]})");
  EXPECT_FALSE(rig.run_it(ask_to_parse(rig.http, rig.service, model::TenantId{"ten"}, request, values, {})));
}

TEST(HttpService, clicks_and_users_of_events) {
  HttpServiceRig rig;
  rig.answers(200, R"({"eventType":"click","appUserId":"u1","actionId":"a1"})");
  const auto action = rig.run_it(ask_for_action(rig.http, rig.service, model::TenantId{"ten"}, {}, {}, {}));
  ASSERT_TRUE(action) << action.error().detail;
  EXPECT_EQ(action->action_id, "a1");
  rig.answers(200, R"({"appUserId":["u1","u2"]})");
  Message message;
  message.event_type = "paid";
  const auto users = rig.run_it(ask_for_users(rig.http, rig.service, model::TenantId{"ten"}, message));
  ASSERT_TRUE(users) << users.error().detail;
  EXPECT_EQ(*users, (std::vector<std::string>{"u1", "u2"}));
  EXPECT_THAT(rig.sent().body, HasSubstr("paid"));
}

}  // namespace
}  // namespace valetkey::services
