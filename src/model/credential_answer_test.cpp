#include "model/credential_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/catalogue.hpp"
#include "model/effective.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;
using testing::UnorderedElementsAre;

constexpr const char* kCallback = "https://broker.example/oauth/callback/acme";

Integration acme() {
  Integration out;
  out.slug = "acme";
  out.authorization_url = "https://acme.example/authorize";
  out.token_url = "https://acme.example/token";
  out.revocation_url = "https://acme.example/revoke";
  out.base_uri = "https://api.acme.example";
  out.default_scopes = {"read"};
  out.account = {.from = AccountSource::From::kTokenResponse, .path = "id"};
  return out;
}

Credential credential() {
  Credential out;
  out.id = CredentialId{"cred_1"};
  out.name = "Acme";
  out.integration = "acme";
  out.client_id = "client";
  out.created_at = from_unix_ms(1767323045678);
  out.updated_at = out.created_at;
  return out;
}

std::vector<std::string> warning_codes(const Credential& credential, const Integration& live) {
  const auto set = make_endpoint_set(credential, live, kCallback);
  std::vector<std::string> out;
  for (const auto& warning : warnings_for(credential, set, live, kCallback)) {
    EXPECT_FALSE(warning.reference.empty());
    EXPECT_FALSE(warning.detail.empty());
    out.push_back(warning.code);
  }
  return out;
}

TEST(CredentialWarnings, sound_credential_has_none) { EXPECT_THAT(warning_codes(credential(), acme()), UnorderedElementsAre()); }

TEST(CredentialWarnings, checklist_19_password_grant_is_warned_about) {
  auto typed = credential();
  typed.grant_type = GrantType::kPassword;
  typed.keep_password = true;
  const auto set = make_endpoint_set(typed, acme(), kCallback);
  const auto warnings = warnings_for(typed, set, acme(), kCallback);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].code, "password_grant");
  EXPECT_EQ(warnings[0].reference, "RFC 9700 section 2.4");
  EXPECT_EQ(warnings[1].code, "password_kept");
}

TEST(CredentialWarnings, each_weakness_is_said) {
  auto typed = credential();
  typed.overrides.pkce = false;
  EXPECT_THAT(warning_codes(typed, acme()), UnorderedElementsAre("pkce_off"));

  typed = credential();
  typed.completion = Completion::kImmediate;
  EXPECT_THAT(warning_codes(typed, acme()), UnorderedElementsAre("completion_immediate"));

  typed = credential();
  typed.overrides.base_uri = "http://127.0.0.1:9000";
  EXPECT_THAT(warning_codes(typed, acme()), UnorderedElementsAre("plain_http"));

  typed = credential();
  typed.overrides.redirect_uri = "https://app.example/cb";
  EXPECT_THAT(warning_codes(typed, acme()), UnorderedElementsAre("foreign_redirect_uri"));

  typed = credential();
  typed.overrides.client_authentication = ClientAuthentication::kPost;
  EXPECT_THAT(warning_codes(typed, acme()), UnorderedElementsAre("client_secret_post"));

  auto record = acme();
  record.revocation_url.clear();
  record.account = {};
  record.token_body = TokenBody::kQuery;
  record.proxy.query = {{"key", "{access_token}"}};
  EXPECT_THAT(warning_codes(credential(), record),
              UnorderedElementsAre("no_revocation_url", "account_unknown", "token_request_in_query", "token_in_query"));
}

TEST(CredentialWarnings, security_s01_catalogue_drift_is_said_and_changes_nothing) {
  const auto set = make_endpoint_set(credential(), acme(), kCallback);
  auto live = acme();
  live.token_url = "https://new.acme.example/token";
  const auto warnings = warnings_for(credential(), set, live, kCallback);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "catalogue_drift");
  EXPECT_EQ(to_json(credential(), set, live, {}).at("token_url"), "https://acme.example/token");
}

TEST(CredentialAnswer, shows_effective_values_origins_and_urls) {
  auto typed = credential();
  typed.overrides.token_url = "https://other.example/token";
  typed.config_services = {{"webhook_parser", "acme"}};
  typed.client_error = ClientError{.code = "invalid_client", .since = from_unix_ms(0), .next_probe_at = from_unix_ms(60'000)};
  auto set = make_endpoint_set(typed, acme(), kCallback);
  set.number = 3;
  set.secrets = {{.sealed = {"sealed-bytes"}, .set_at = from_unix_ms(1767323045678)}};
  const auto answer = to_json(
      typed, set, acme(), {.webhook_url = "https://broker.example/hooks/acme/k", .action_url = "", .callback_url = std::string(kCallback)});
  EXPECT_EQ(answer.at("id"), "cred_1");
  EXPECT_EQ(answer.at("token_url"), "https://other.example/token");
  EXPECT_EQ(answer.at("base_uri"), "https://api.acme.example");
  EXPECT_EQ(answer.at("userinfo_url"), json::value(nullptr));
  EXPECT_EQ(answer.at("scopes"), json::value(json::array{"read"}));
  EXPECT_EQ(answer.at("grant_type"), "authorization_code");
  EXPECT_EQ(answer.at("origins").at("token_url"), "operator");
  EXPECT_EQ(answer.at("origins").at("scopes"), "integration");
  EXPECT_EQ(answer.at("endpoint_set"), 3);
  EXPECT_EQ(answer.at("client_secret_set"), true);
  EXPECT_EQ(answer.at("client_secret_set_at"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(answer.at("authentication_url"), kCallback);
  EXPECT_EQ(answer.at("redirect_uri"), kCallback);
  EXPECT_EQ(answer.at("webhook_url"), "https://broker.example/hooks/acme/k");
  EXPECT_EQ(answer.at("action_url"), json::value(nullptr));
  EXPECT_EQ(answer.at("config_services").as_object().size(), 5U);
  EXPECT_EQ(answer.at("config_services").at("webhook_parser"), "acme");
  EXPECT_EQ(answer.at("config_services").at("user_id_mapper"), json::value(nullptr));
  EXPECT_EQ(answer.at("client_error").at("code"), "invalid_client");
  EXPECT_EQ(answer.at("created_at"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(json::serialize(answer).find("sealed-bytes"), std::string::npos);
  EXPECT_FALSE(answer.contains("client_secret"));
}

TEST(CredentialAnswer, public_client_has_no_secret) {
  auto typed = credential();
  typed.overrides.client_authentication = ClientAuthentication::kNone;
  const auto answer = to_json(typed, make_endpoint_set(typed, acme(), kCallback), acme(), {});
  EXPECT_EQ(answer.at("client_secret_set"), false);
  EXPECT_EQ(answer.at("client_secret_set_at"), json::value(nullptr));
}

}  // namespace
}  // namespace valetkey::model
