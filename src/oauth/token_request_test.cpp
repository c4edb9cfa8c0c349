#include "oauth/token_request.hpp"

#include <gtest/gtest.h>

#include "model/form.hpp"
#include "oauth/authorization_request.hpp"

namespace valetkey::oauth {
namespace {

std::string value(const model::Pairs& pairs, std::string_view name) {
  for (const auto& [key, text] : pairs)
    if (key == name) return text;
  return {};
}

std::string header(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& [key, text] : request.headers)
    if (key == name) return text;
  return {};
}

ClientProof proof(model::ClientAuthentication method) {
  return {.method = method, .client_id = "id:with space", .secret = model::Secret("p%s&")};
}

TEST(TokenRequest, checklist_27_one_client_authentication_method_per_request) {
  using enum model::ClientAuthentication;
  const model::Integration integration;
  const auto basic = token_request(integration, "https://as.example/token", {{"grant_type", "x"}}, proof(kBasic));
  EXPECT_EQ(header(basic, "Authorization"), "Basic aWQlM0F3aXRoJTIwc3BhY2U6cCUyNXMlMjY=") << "form-encoded before base64 (RFC 6749 2.3.1)";
  EXPECT_EQ(basic.body.find("client_"), std::string::npos);
  const auto post = token_request(integration, "https://as.example/token", {{"grant_type", "x"}}, proof(kPost));
  EXPECT_EQ(header(post, "Authorization"), "");
  EXPECT_EQ(value(*model::parse_form(post.body), "client_secret"), "p%s&");
  const auto none = token_request(integration, "https://as.example/token", {{"grant_type", "x"}}, proof(kNone));
  EXPECT_EQ(header(none, "Authorization"), "");
  EXPECT_EQ(value(*model::parse_form(none.body), "client_id"), "id:with space");
  EXPECT_EQ(none.body.find("client_secret"), std::string::npos);
}

TEST(TokenRequest, checklist_34_redirect_uri_and_checklist_09_verifier_are_sent) {
  const auto parameters = code_parameters({}, "the-code", "https://broker.example/cb", "the-verifier");
  EXPECT_EQ(value(parameters, "redirect_uri"), "https://broker.example/cb");
  EXPECT_EQ(value(parameters, "code_verifier"), "the-verifier");
  EXPECT_EQ(value(parameters, "grant_type"), "authorization_code");
}

TEST(TokenRequest, checklist_24_and_33_no_token_in_a_url) {
  const auto request =
      token_request({}, "https://as.example/token", refresh_parameters({}, "refresh-1", ""), proof(model::ClientAuthentication::kBasic));
  EXPECT_EQ(request.url, "https://as.example/token");
  EXPECT_EQ(request.method, "POST");
}

TEST(TokenRequest, declared_parameters_replace_standard_ones_and_an_empty_one_removes) {
  model::Integration integration;
  integration.refresh_params = {{"expires_in", "3600"}, {"grant_type", ""}};
  const auto parameters = refresh_parameters(integration, "r", "");
  EXPECT_EQ(value(parameters, "expires_in"), "3600");
  EXPECT_EQ(value(parameters, "grant_type"), "");
  integration.token_grant_type = "account_credentials";
  EXPECT_EQ(value(client_credentials_parameters(integration, {"a"}, ""), "grant_type"), "account_credentials");
}

TEST(TokenRequest, bodies_as_json_and_as_query) {
  model::Integration integration;
  integration.token_body = model::TokenBody::kJson;
  const auto as_json = token_request(integration, "https://as.example/token", {{"grant_type", "x"}, {"code", "a\"b"}},
                                     proof(model::ClientAuthentication::kNone));
  EXPECT_EQ(as_json.body, R"({"grant_type":"x","code":"a\"b","client_id":"id:with space"})");
  integration.token_body = model::TokenBody::kQuery;
  const auto as_query =
      token_request(integration, "https://as.example/token?v=1", {{"grant_type", "x"}}, proof(model::ClientAuthentication::kNone));
  EXPECT_EQ(as_query.url, "https://as.example/token?v=1&grant_type=x&client_id=id%3Awith+space");
}

TEST(TokenRequest, audience_by_the_integrations_parameter) {
  model::Integration integration;
  EXPECT_EQ(value(client_credentials_parameters(integration, {}, "https://api.example"), "resource"), "https://api.example");
  integration.audience_parameter = "audience";
  EXPECT_EQ(value(client_credentials_parameters(integration, {}, "https://api.example"), "audience"), "https://api.example");
}

TEST(AuthorizationRequest, checklist_12_s256_of_rfc_7636_appendix_b) {
  EXPECT_EQ(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace valetkey::oauth
