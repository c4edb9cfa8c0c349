#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/catalogue.hpp"
#include "model/credential_document.hpp"
#include "model/effective.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;

const CredentialRules kRules{.policy = {}, .public_url = "https://broker.example"};

std::string faults_of(const Error& error) {
  std::string out;
  for (const auto& field : error.fields) out += field.pointer + ": " + field.detail + "\n";
  return out;
}

CredentialInput existing() {
  return *read_credential(json::parse(R"({"name": "Own", "integration": "custom", "grant_type": "authorization_code", "client_id": "client",
    "client_secret": "s3cret", "authorization_url": "https://own.example/authorize", "token_url": "https://own.example/token",
    "base_uri": "https://api.own.example/v1", "revocation_url": "https://own.example/revoke", "scopes": ["read"], "pkce": false,
    "return_urls": ["https://app.example/"], "config_services": {"webhook_parser": "x"}})"),
                          custom_integration(), kRules);
}

TEST(CredentialChange, only_given_members_change) {
  const auto before = existing().credential;
  const auto read = read_credential_change(json::parse(R"({"name": "New", "scopes": []})"), before, custom_integration(), kRules);
  ASSERT_TRUE(read) << faults_of(read.error());
  EXPECT_EQ(read->credential.name, "New");
  EXPECT_TRUE(read->credential.scopes.empty());
  EXPECT_TRUE(read->credential.scopes_set);
  EXPECT_EQ(read->credential.overrides.revocation_url, "https://own.example/revoke");
  EXPECT_EQ(read->credential.client_id, "client");
  EXPECT_FALSE(read->client_secret);
  EXPECT_TRUE(read_credential_change(json::object{}, before, custom_integration(), kRules));
}

TEST(CredentialChange, null_gives_a_value_back_to_the_integration) {
  const auto before = existing().credential;
  const auto read = read_credential_change(
      json::parse(
          R"({"revocation_url": null, "pkce": null, "scopes": null, "return_urls": null, "config_services": null, "description": null})"),
      before, custom_integration(), kRules);
  ASSERT_TRUE(read) << faults_of(read.error());
  EXPECT_FALSE(read->credential.overrides.revocation_url);
  EXPECT_FALSE(read->credential.overrides.pkce);
  EXPECT_FALSE(read->credential.scopes_set);
  EXPECT_TRUE(read->credential.return_urls.empty());
  EXPECT_TRUE(read->credential.config_services.empty());
  const auto required = read_credential_change(json::parse(R"({"token_url": null, "name": null})"), before, custom_integration(), kRules);
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().fields.size(), 2U) << faults_of(required.error());
}

TEST(CredentialChange, what_makes_it_another_credential_cannot_change) {
  const auto before = existing().credential;
  for (const std::string_view change : {R"({"integration": "github"})", R"({"grant_type": "password"})",
                                        R"({"callback_key": "0123456789abcdefghijkl"})", R"({"authentication_type": "x"})"})
    EXPECT_FALSE(read_credential_change(json::parse(change), before, custom_integration(), kRules)) << change;
  EXPECT_TRUE(read_credential_change(json::parse(R"({"integration": "custom", "grant_type": "authorization_code"})"), before,
                                     custom_integration(), kRules));
}

TEST(CredentialChange, security_s01_new_endpoints_need_the_secret_again) {
  const auto before = existing().credential;
  const auto old_set = make_endpoint_set(before, custom_integration(), own_redirect_uri(before, kRules));
  const std::pair<std::string_view, bool> cases[] = {
      {R"({"name": "x", "scopes": ["a"], "return_urls": []})", false},
      {R"({"base_uri": "https://api.own.example/v1/users"})", false},
      {R"({"base_uri": "https://api.own.example/v2"})", true},
      {R"({"base_uri": "https://evil.example/v1"})", true},
      {R"({"token_url": "https://evil.example/token"})", true},
      {R"({"client_id": "other"})", true},
      {R"({"issuer": "https://evil.example"})", true},
      {R"({"client_authentication": "client_secret_post"})", true},
      {R"({"revocation_url": null})", true},
      {R"({"config_services": {"user_id_mapper": "x"}})", true},
  };
  for (const auto& [change, needs_secret] : cases) {
    const auto read = read_credential_change(json::parse(change), before, custom_integration(), kRules);
    ASSERT_TRUE(read) << change << faults_of(read.error());
    const auto new_set = make_endpoint_set(read->credential, custom_integration(), own_redirect_uri(read->credential, kRules));
    const auto fault = check_secret_again(old_set, new_set, false);
    EXPECT_EQ(fault.has_value(), needs_secret) << change;
    if (fault) EXPECT_EQ(fault->pointer, "/client_secret");
    EXPECT_FALSE(check_secret_again(old_set, new_set, true)) << change;
  }
}

}  // namespace
}  // namespace valetkey::model
