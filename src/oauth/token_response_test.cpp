#include "oauth/token_response.hpp"

#include <gtest/gtest.h>

namespace valetkey::oauth {
namespace {

using namespace std::chrono_literals;

constexpr model::WallTime kSent{std::chrono::sys_days{std::chrono::January / 1 / 2026}};
constexpr std::string_view kJson = "application/json";

auto read(int status, std::string_view body, const model::Integration& integration = {}, std::string_view type = kJson,
          std::string_view retry = "") {
  return parse_token_response(integration, status, type, retry, body, {.sent_at = kSent, .secrets = {"hunter2-secret"}});
}

TEST(TokenResponse, reads_what_rfc_6749_5_1_says) {
  const auto answer = read(200, R"({"access_token":"a","token_type":"bearer","expires_in":3600,"refresh_token":"r","scope":"x y"})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->access_token.reveal(), "a");
  EXPECT_EQ(answer->refresh_token.reveal(), "r");
  EXPECT_EQ(answer->expires_at, kSent + 3600s) << "counted from before the send";
  EXPECT_EQ(answer->scopes, (std::vector<std::string>{"x", "y"}));
}

TEST(TokenResponse, lifetimes_in_every_spelling) {
  const std::pair<const char*, std::optional<std::chrono::seconds>> rows[] = {{R"("expires_in":60)", 60s},
                                                                              {R"("expires_in":"60")", 60s},
                                                                              {R"("expires_in":60.9)", 60s},
                                                                              {R"("expires_in":0)", std::nullopt},
                                                                              {R"("expires_in":-5)", std::nullopt},
                                                                              {R"("expires_in":"soon")", std::nullopt},
                                                                              {R"("expires_in":null)", std::nullopt},
                                                                              {R"("expires_in":[1])", std::nullopt},
                                                                              {R"("x":1)", std::nullopt}};
  for (const auto& [member, lifetime] : rows) {
    const auto answer = read(200, fmt::format(R"({{"access_token":"a",{}}})", member));
    ASSERT_TRUE(answer) << member;
    ASSERT_EQ(answer->expires_at.has_value(), lifetime.has_value()) << member;
    if (lifetime) EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(*answer->expires_at - kSent), *lifetime) << member;
  }
  const auto huge = read(200, R"({"access_token":"a","expires_in":1e300})");
  ASSERT_TRUE(huge && huge->expires_at);
  EXPECT_LT(*huge->expires_at, kSent + 24h * 366 * 11);
}

TEST(TokenResponse, refresh_rule_08_no_expires_in_takes_the_declared_lifetime) {
  model::Integration integration;
  integration.response.default_lifetime = 7200s;
  EXPECT_EQ(read(200, R"({"access_token":"a"})", integration)->expires_at, kSent + 7200s);
  EXPECT_EQ(read(200, R"({"access_token":"a","expires_in":60})", integration)->expires_at, kSent + 60s);
}

TEST(TokenResponse, declared_paths_units_and_named_tokens) {
  model::Integration integration;
  integration.response.access_token = "data.token";
  integration.response.expires_in = "data.ttl";
  integration.response.unit = model::LifetimeUnit::kMilliseconds;
  integration.tokens = {{.name = "user", .access_token = "authed_user.access_token", .scope = "authed_user.scope"}};
  integration.capture.token_response = {{"instance", "data.url"}};
  integration.scope_separator = ",";
  const auto answer = read(
      200, R"({"data":{"token":"a","ttl":90000,"url":"https://x.example"},"authed_user":{"access_token":"u","scope":"p,q"}})", integration);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->access_token.reveal(), "a");
  EXPECT_EQ(answer->expires_at, kSent + 90s);
  ASSERT_EQ(answer->named.size(), 1U);
  EXPECT_EQ(answer->named[0].access_token.reveal(), "u");
  EXPECT_EQ(answer->named[0].scopes, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(answer->captured.at("instance"), "https://x.example");
}

TEST(TokenResponse, form_encoded_answers_whatever_the_media_type_says) {
  for (const auto* type : {"application/x-www-form-urlencoded", "text/plain; charset=utf-8"}) {
    const auto answer = read(200, "access_token=a%2Bb&expires_in=60&scope=x%20y", {}, type);
    ASSERT_TRUE(answer) << type;
    EXPECT_EQ(answer->access_token.reveal(), "a+b");
  }
  EXPECT_FALSE(read(200, "<html>a=b</html>", {}, "text/html"));
}

TEST(TokenResponse, checklist_30_unknown_members_are_kept_and_harm_nothing) {
  const auto answer = read(200, R"({"access_token":"a","weird":{"deep":[1,2]},"team":{"id":"T1"}})");
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->extra.reveal().find("\"T1\""), std::string_view::npos);
  EXPECT_EQ(answer->extra.reveal().find("access_token"), std::string_view::npos);
}

TEST(TokenResponse, checklist_32_no_structure_is_read_into_an_access_token) {
  // A JWT whose exp is long past: only expires_in counts.
  const auto answer = read(200, R"({"access_token":"eyJhbGciOiJub25lIn0.eyJleHAiOjF9.","expires_in":3600})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expires_at, kSent + 3600s);
}

TEST(TokenResponse, what_each_failure_means) {
  struct Row {
    int status;
    const char* body;
    Meaning meaning;
    const char* code;
  };
  const Row rows[] = {
      {400, R"({"error":"invalid_grant"})", Meaning::kGrantDead, "invalid_grant"},
      {401, R"({"error":"invalid_client"})", Meaning::kClientRejected, "invalid_client"},
      {400, R"({"error":"unauthorized_client"})", Meaning::kClientRejected, "unauthorized_client"},
      {401, "", Meaning::kClientRejected, "invalid_client"},
      {400, R"({"error":"invalid_scope"})", Meaning::kRejected, "invalid_scope"},
      {400, "", Meaning::kRejected, "http_400"},
      {403, "<html>", Meaning::kRejected, "http_403"},
      {404, "", Meaning::kRejected, "http_404"},
      {307, "", Meaning::kRejected, "redirect_refused"},
      {302, R"({"access_token":"a"})", Meaning::kRejected, "redirect_refused"},
      {429, "", Meaning::kTransient, "http_429"},
      {503, R"({"error":"invalid_grant"})", Meaning::kTransient, "http_503"},
      {400, R"({"error":"temporarily_unavailable"})", Meaning::kTransient, "temporarily_unavailable"},
      {500, R"({"error":"invalid_grant"})", Meaning::kUnknown, "http_500"},
      {502, "<html>", Meaning::kUnknown, "http_502"},
      {504, "", Meaning::kUnknown, "http_504"},
      {408, "", Meaning::kUnknown, "http_408"},
      {200, "", Meaning::kUnknown, "malformed_answer"},
      {200, "<html>", Meaning::kUnknown, "malformed_answer"},
      {200, R"({"access_tok)", Meaning::kUnknown, "malformed_answer"},
      {200, R"({})", Meaning::kUnknown, "malformed_answer"},
      {200, R"([])", Meaning::kUnknown, "malformed_answer"},
      {200, R"({"error":"invalid_grant"})", Meaning::kGrantDead, "invalid_grant"},
      {200, R"({"ok":false,"error":"invalid_client"})", Meaning::kClientRejected, "invalid_client"},
      {200, R"({"error":{"code":190,"message":"x"}})", Meaning::kRejected, "190"},
  };
  for (const auto& row : rows) {
    const auto answer = read(row.status, row.body);
    ASSERT_FALSE(answer) << row.status << row.body;
    EXPECT_EQ(answer.error().meaning, row.meaning) << row.status << row.body;
    EXPECT_EQ(answer.error().code, row.code) << row.status << row.body;
  }
}

TEST(TokenResponse, retry_after_is_read_and_bounded) {
  EXPECT_EQ(read(429, "", {}, kJson, "30").error().retry_after, 30s);
  EXPECT_EQ(read(503, "", {}, kJson, "999999999").error().retry_after, 86'400s);
  EXPECT_EQ(read(503, "", {}, kJson, "soon").error().retry_after, std::nullopt);
  EXPECT_EQ(read(503, "", {}, kJson, "-1").error().retry_after, std::nullopt);
}

TEST(TokenResponse, security_s22_a_providers_text_is_clipped_and_holds_no_secret_of_the_exchange) {
  const auto answer =
      read(400, R"({"error":"invalid_scope","error_description":"bad client hunter2-secret\u0000\n)" + std::string(500, 'x') + R"("})");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().description.find("hunter2-secret"), std::string::npos);
  EXPECT_LE(answer.error().description.size(), 200U);
  EXPECT_EQ(answer.error().description.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace valetkey::oauth
