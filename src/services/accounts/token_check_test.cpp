#include "services/accounts/token_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/expressions/evaluation.hpp"

namespace valetkey::services {
namespace {

using ports::TokenVerdict;
using testing::ElementsAre;

Expr expression(std::string_view text) { return parse_expression(text).value(); }
AnswerTest status(std::vector<int> list) { return {.status = std::move(list)}; }
AnswerTest body(std::string_view path, std::string equals) { return {.value = expression(path), .equals = std::move(equals)}; }

/// Slack's: the status is 200 whatever happened.
TokenCheck slack() {
  TokenCheck check{.method = "POST", .path = "/auth.test"};
  check.valid = {status({200}), body("ok", "true")};
  check.invalid = {{status({401})}, {status({200}), body("ok", "false"), body("error", "token_revoked")}};
  check.reason = expression("error");
  check.account = expression("concat(team_id, '/', user_id)");
  return check;
}

ports::TokenValidation judge(const TokenCheck& check, int code, std::string text, const std::string& account = "") {
  return judged(check, {.status = code, .headers = {{"x-scopes", "a, b"}}, .body = std::move(text)}, account);
}

TEST(TokenCheck, predicates_over_status_and_body_decide) {
  const auto fine = judge(slack(), 200, R"({"ok":true,"team_id":"T","user_id":"U"})", "T/U");
  EXPECT_EQ(fine.outcome, TokenVerdict::kValid);
  EXPECT_EQ(fine.account, "T/U");
  const auto revoked = judge(slack(), 200, R"({"ok":false,"error":"token_revoked"})");
  EXPECT_EQ(revoked.outcome, TokenVerdict::kInvalid);
  EXPECT_EQ(revoked.reason, "token_revoked");
  EXPECT_EQ(judge(slack(), 200, R"({"ok":false,"error":"internal_error"})").outcome, TokenVerdict::kUnknown)
      << "an error that is not about the token";
  EXPECT_EQ(judge(slack(), 401, "not JSON").reason, "rejected") << "the status alone was asked for";
}

TEST(TokenCheck, what_is_not_about_the_token_is_unknown_whatever_the_document_says) {
  TokenCheck eager{.valid = {status({200})}, .invalid = {{status({301, 302, 429, 500, 502, 503, 504})}}};
  const std::pair<int, std::string> cases[] = {{429, "rate_limited"},    {500, "api_unavailable"}, {502, "api_unavailable"},
                                               {503, "api_unavailable"}, {301, "redirect"},        {302, "redirect"},
                                               {101, "api_unavailable"}};
  for (const auto& [code, reason] : cases) {
    const auto found = judge(eager, code, "{}");
    EXPECT_EQ(found.outcome, TokenVerdict::kUnknown) << code;
    EXPECT_EQ(found.reason, reason) << code;
  }
}

TEST(TokenCheck, a_body_that_is_looked_into_and_cannot_be_read_says_nothing) {
  for (const auto* text : {"", "<html>sign in</html>", "{\"ok\":tru"}) {
    EXPECT_EQ(judge(slack(), 200, text).outcome, TokenVerdict::kUnknown);
    EXPECT_EQ(judge(slack(), 200, text).reason, "unreadable");
  }
  // Where the account is asked for, a captive portal's 200 is not enough.
  const TokenCheck with_account{.valid = {status({200})}, .invalid = {}, .account = expression("id")};
  EXPECT_EQ(judge(with_account, 200, "<html>").reason, "unreadable");
  const TokenCheck by_status{.valid = {status({204})}, .invalid = {{status({401})}}};
  EXPECT_EQ(judge(by_status, 204, "").outcome, TokenVerdict::kValid);
  // That something is missing is no proof where nothing could be read.
  TokenCheck missing{.valid = {status({200})}, .invalid = {{AnswerTest{.value = expression("user"), .is_not = true}}}};
  EXPECT_EQ(judge(missing, 403, "<html>").outcome, TokenVerdict::kUnknown);
  EXPECT_EQ(judge(missing, 403, "{}").outcome, TokenVerdict::kInvalid);
}

TEST(TokenCheck, a_token_of_another_account_is_invalid) {
  const auto swapped = judge(slack(), 200, R"({"ok":true,"team_id":"T","user_id":"OTHER"})", "T/U");
  EXPECT_EQ(swapped.outcome, TokenVerdict::kInvalid);
  EXPECT_EQ(swapped.reason, "account_mismatch");
  EXPECT_EQ(judge(slack(), 200, R"({"ok":true})", "T/U").outcome, TokenVerdict::kValid) << "it does not tell whose it is";
  EXPECT_EQ(judge(slack(), 200, R"({"ok":true,"team_id":"T","user_id":"U"})", "").outcome, TokenVerdict::kValid) << "nobody is expected";
}

TEST(TokenCheck, scopes_and_times_come_from_headers_and_members) {
  TokenCheck check{.valid = {status({200})}};
  check.scopes = expression("header(x-scopes)");
  check.expires_at = TimeExpr{.value = expression("until"), .unit = TimeUnit::kSeconds};
  const auto found = judge(check, 200, R"({"until":1800000000})");
  EXPECT_THAT(found.scopes, ElementsAre("a", "b"));
  EXPECT_EQ(found.expires_at, model::from_unix_ms(1'800'000'000'000));
}

TEST(TokenCheck, by_userinfo) {
  const TokenCheck check{.by = TokenCheck::By::kUserinfo};
  EXPECT_EQ(judge(check, 200, R"({"sub":"ada"})", "ada").outcome, TokenVerdict::kValid);
  EXPECT_EQ(judge(check, 200, R"({"sub":"bob"})", "ada").reason, "account_mismatch");
  EXPECT_EQ(judge(check, 401, "").outcome, TokenVerdict::kInvalid);
  EXPECT_EQ(judge(check, 403, "{}").outcome, TokenVerdict::kUnknown) << "a scope may be missing";
  EXPECT_EQ(judge(check, 200, "eyJ.signed.jwt").reason, "unreadable");
}

TEST(TokenCheck, by_introspection) {
  const TokenCheck check{.by = TokenCheck::By::kIntrospection};
  const auto live = judge(check, 200, R"({"active":true,"sub":"ada","scope":"read write","exp":1800000000})", "ada");
  EXPECT_EQ(live.outcome, TokenVerdict::kValid);
  EXPECT_EQ(live.account, "ada");
  EXPECT_THAT(live.scopes, ElementsAre("read", "write"));
  EXPECT_EQ(live.expires_at, model::from_unix_ms(1'800'000'000'000));
  EXPECT_EQ(judge(check, 200, R"({"active":false})").reason, "inactive");
  EXPECT_EQ(judge(check, 200, R"({"active":true,"sub":"bob"})", "ada").reason, "account_mismatch");
  for (const auto* text : {R"({"active":"false"})", R"({})", "[]", "no"})
    EXPECT_EQ(judge(check, 200, text).outcome, TokenVerdict::kUnknown);
  EXPECT_EQ(judge(check, 401, R"({"error":"invalid_client"})").reason, "client_rejected") << "our secret is wrong, not the token";
}

TEST(TokenCheck, a_reason_is_a_code_whatever_the_api_wrote) {
  auto check = slack();
  check.invalid = {{status({200}), body("ok", "false")}};
  const auto found = judge(check, 200, R"({"ok":false,"error":"bad\n<b>token</b> )" + std::string(200, 'x') + R"("})");
  EXPECT_EQ(found.outcome, TokenVerdict::kInvalid);
  EXPECT_EQ(found.reason.size(), 64U);
  EXPECT_EQ(found.reason.find_first_of("\n "), std::string::npos);
}

TEST(TokenCheck, the_request_carries_the_token_as_a_value) {
  auto check = slack();
  check.content_type = "application/x-www-form-urlencoded";
  check.body = "a=b";
  const auto call =
      request_of(check, {.tenant = model::TenantId{"ten"}, .connection = model::ConnectionId{"conn"}, .access_token = model::Secret("t")});
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "/auth.test");
  EXPECT_EQ(call.body, "a=b");
  ASSERT_TRUE(call.access_token);
  check.by = TokenCheck::By::kIntrospection;
  EXPECT_EQ(request_of(check, {}).to, ports::AccountCall::To::kIntrospection);
}

}  // namespace
}  // namespace valetkey::services
