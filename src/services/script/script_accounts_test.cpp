#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/script/script_services.hpp"
#include "support/script_rig.hpp"

namespace valetkey::services {
namespace {

/// An API that answers the same always, and what it was asked.
class OneApi final : public ports::AccountApi {
 public:
  ports::Answer<ports::HttpResponse> call(ports::AccountCall call) override {
    calls.push_back(call);
    if (fails) co_return model::fail(model::Code::kNeedsReconnect, "connection needs to be authorised again");
    co_return response;
  }
  std::vector<ports::AccountCall> calls;
  ports::HttpResponse response{.status = 200, .headers = {{"x-a", "b"}}, .body = R"({"id":"u1","token":"an access token"})"};
  bool fails = false;
};

class ScriptAccounts : public ::testing::Test {
 public:
  ScriptAccount rights() { return {.api = &api}; }
  model::Result<std::string> map(std::string source, ScriptAccount with) {
    script.source = std::move(source);
    const ports::ConnectedAccount account{.tenant = script.tenant,
                                          .connection = model::ConnectionId("conn_1"),
                                          .account = "acc",
                                          .token_response = {{"team", "T1"}},
                                          .fields = {{"site", "eu"}},
                                          .access_token = model::Secret("an access token")};
    return test::run(rig.context, scripts.map(script, account, std::move(with)));
  }
  model::Result<std::string> map(std::string source) { return map(std::move(source), rights()); }
  ports::TokenValidation validate(std::string source) {
    script.source = std::move(source);
    const ports::ValidationCall call{.tenant = script.tenant, .connection = model::ConnectionId("conn_1"), .account = "acc"};
    return test::run(rig.context, scripts.validate(script, call, rights())).value();
  }

  OneApi api;
  test::ScriptRig rig;
  ScriptServices scripts{rig.engine, rig.clock};
  std::vector<std::string> log;
  Script script{.tenant = model::TenantId("ten_a"), .log = &log};
};

TEST_F(ScriptAccounts, the_user_of_an_account) {
  EXPECT_EQ(map("const map = (a) => ({ appUserId: [a.tokenResponse.team, a.account, a.fields.site, a.connection].join('/') })").value(),
            "T1/acc/eu/conn_1");
  EXPECT_EQ(map("const map = async (a, { account }) => account.get('/me?x=1', { Accept: 'application/json' }).json().id").value(), "u1");
  ASSERT_EQ(api.calls.size(), 1U);
  EXPECT_EQ(api.calls[0].path, "/me?x=1");
  EXPECT_EQ(api.calls[0].method, "GET");
  EXPECT_EQ(api.calls[0].connection.str(), "conn_1");
  EXPECT_EQ(api.calls[0].headers, (ports::Headers{{"Accept", "application/json"}}));
  EXPECT_TRUE(api.calls[0].access_token == model::Secret("an access token"));
  EXPECT_EQ(map("const map = () => null").value(), "");
  EXPECT_FALSE(map("const map = () => ['a', 'b']"));
  EXPECT_FALSE(map("const map = () => ({ user: 'a' })"));
}

TEST_F(ScriptAccounts, security_s37_the_token_stays_with_the_broker) {
  EXPECT_EQ(map("const map = (a, { account }) => { console.log(JSON.stringify(a)); return account.get('/me').json().token; }").value(),
            "***");
  ASSERT_EQ(log.size(), 1U);
  EXPECT_FALSE(log[0].contains("an access token"));
}

TEST_F(ScriptAccounts, security_s38_a_few_get_calls_to_the_one_account) {
  const auto told = [&](const std::string& call) {
    return map("const map = (a, { account }) => { try { " + call + "; return 'done'; } catch (e) { return e.message; } }").value();
  };
  EXPECT_EQ(told("account.send('POST', '/me', { json: {} })"), "the script may not POST");
  EXPECT_EQ(told("account.get('https://other.example/')"), "the path must begin with a slash: it is below the base URI");
  EXPECT_TRUE(api.calls.empty());
  EXPECT_EQ(told("for (let i = 0; i < 5; ++i) account.get('/' + i)"), "done");
  EXPECT_EQ(api.calls.size(), 5U);
  EXPECT_EQ(api.calls[4].max_response, (1U << 20) - 4 * api.response.body.size()) << "1 MiB, of all answers together";
  EXPECT_EQ(told("for (let i = 0; i < 6; ++i) account.get('/' + i)"), "the script has made all the calls it may make");
  EXPECT_EQ(api.calls.size(), 10U);
}

TEST_F(ScriptAccounts, security_s38_more_by_an_explicit_list) {
  auto more = rights();
  more.methods.emplace_back("POST");
  EXPECT_EQ(map("const map = (a, { account }) => account.send('POST', '/find', { form: { q: 'a b' } }).status", more).value(), "200");
  EXPECT_EQ(api.calls.at(0).body, "q=a+b");
  EXPECT_EQ(api.calls.at(0).headers, (ports::Headers{{"Content-Type", "application/x-www-form-urlencoded"}}));
}

TEST_F(ScriptAccounts, a_token_is_validated) {
  const auto found = validate(R"(const validate = (c, { account }) => {
    const answer = account.get('/me');
    return answer.status === 200 ? { outcome: 'valid', account: answer.json().id, scopes: ['a'], expiresAt: 1767225600000 } : { outcome: 'unknown' };
  })");
  EXPECT_EQ(found.outcome, ports::TokenVerdict::kValid);
  EXPECT_EQ(found.account, "u1");
  EXPECT_EQ(found.scopes, std::vector<std::string>{"a"});
  EXPECT_EQ(model::to_rfc3339(found.expires_at.value()), "2026-01-01T00:00:00.000Z");
  EXPECT_FALSE(api.calls.at(0).access_token) << "the connection's own is asked for";
  EXPECT_EQ(validate("const validate = () => ({ outcome: 'invalid' })").reason, "rejected");
}

TEST_F(ScriptAccounts, a_script_that_fails_leaves_it_unknown) {
  for (const auto* source :
       {"const validate = () => { for (;;); }", "const validate = () => 7", "const validate = () => ({ outcome: 'valid', x: 1 })", "("}) {
    const auto found = validate(source);
    EXPECT_EQ(found.outcome, ports::TokenVerdict::kUnknown) << source;
    EXPECT_EQ(found.reason, "script_error") << source;
  }
  api.fails = true;
  EXPECT_EQ(validate("const validate = (c, { account }) => account.get('/')").reason, "script_error");
  EXPECT_NE(log.back().find("needs to be authorised again"), std::string::npos) << log.back();
}

}  // namespace
}  // namespace valetkey::services
