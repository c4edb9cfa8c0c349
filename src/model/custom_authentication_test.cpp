#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/credential_document.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;

const CredentialRules kRules{.policy = {}, .public_url = "https://broker.example"};

Integration integration() {
  Integration out;
  out.slug = "acme";
  out.grant_types = {"password", "client_credentials"};
  out.token_url = "https://acme.example/token";
  out.base_uri = "https://acme.example/api";
  return out;
}

json::object machine() {
  return {{"name", "Acme"}, {"integration", "acme"}, {"grant_type", "password"}, {"client_id", "client"}, {"client_secret", "s3cret"}};
}

TEST(CustomAuthentication, it_names_its_two_services_and_goes_with_them) {
  auto document = machine();
  document["custom"] = true;
  auto without = read_credential(document, integration(), kRules);
  ASSERT_FALSE(without);
  ASSERT_EQ(without.error().fields.size(), 2U);
  EXPECT_EQ(without.error().fields[0].pointer, "/config_services/token_generation");
  EXPECT_EQ(without.error().fields[1].pointer, "/config_services/token_refreshal");

  document["config_services"] = json::object{{"token_generation", "serv_a@1"}, {"token_refreshal", "serv_a@1"}};
  document["config_params"] = json::object{{"realm", "north"}};
  const auto made = read_credential(document, integration(), kRules);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->credential.config_params.at("realm"), "north");

  const auto ended = read_credential_change(json::object{{"custom", false}}, made->credential, integration(), kRules);
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->credential.config_services.empty());
  EXPECT_TRUE(ended->credential.config_params.empty());

  document["custom"] = false;
  const auto standard = read_credential(document, integration(), kRules);
  ASSERT_FALSE(standard);
  EXPECT_EQ(standard.error().fields.size(), 3U);
}

TEST(CustomAuthentication, a_token_of_the_client_itself_is_generated_again_where_it_is_not_refreshed) {
  auto document = machine();
  document["grant_type"] = "client_credentials";
  document["custom"] = true;
  document["config_services"] = json::object{{"token_generation", "serv_a@1"}};
  EXPECT_TRUE(read_credential(document, integration(), kRules));
}

}  // namespace
}  // namespace valetkey::model
