#include "model/effective.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/catalogue.hpp"
#include "model/url_template.hpp"

namespace valetkey::model {
namespace {

Integration acme() {
  Integration out;
  out.slug = "acme";
  out.authorization_url = "https://acme.example/authorize";
  out.token_url = "https://acme.example/token";
  out.revocation_url = "https://acme.example/revoke";
  out.base_uri = "https://api.acme.example/v1";
  out.default_scopes = {"read"};
  out.proxy.headers = {{"X-Version", "1"}};
  out.config_services = {{"webhook_parser", "acme"}};
  return out;
}

Integration with_subdomain() {
  auto out = acme();
  out.token_url = "https://{region}.acme.example/token";
  out.placeholders = {{.name = "region", .filled_by = FilledBy::kEndUser, .choices = {"eu", "us"}},
                      {.name = "tenant", .filled_by = FilledBy::kOperator, .default_value = "common"}};
  out.authorization_url = "https://acme.example/{tenant}/authorize";
  return out;
}

Credential credential() {
  Credential out;
  out.id = CredentialId{"cred_1"};
  out.integration = "acme";
  out.client_id = "client";
  return out;
}

constexpr std::string_view kOwn = "https://broker.example/oauth/callback/acme";

TEST(Effective, override_stands_over_the_record) {
  Overrides set;
  set.token_url = "https://other.example/token";
  set.pkce = false;
  set.rotation = Rotation::kGrace;
  const auto effective = effective_integration(acme(), set);
  EXPECT_EQ(effective.token_url, "https://other.example/token");
  EXPECT_FALSE(effective.pkce);
  EXPECT_EQ(effective.rotation, Rotation::kGrace);
  EXPECT_EQ(effective.base_uri, "https://api.acme.example/v1");
}

TEST(Effective, says_where_each_value_comes_from) {
  auto typed = credential();
  typed.overrides.token_url = "https://other.example/token";
  typed.config_services = {{"user_id_mapper", "mine"}};
  typed.scopes_set = true;
  const auto from = origins(typed, acme());
  EXPECT_EQ(from.at("token_url"), "operator");
  EXPECT_EQ(from.at("base_uri"), "integration");
  EXPECT_EQ(from.at("userinfo_url"), "default");
  EXPECT_EQ(from.at("pkce"), "default");
  EXPECT_EQ(from.at("scopes"), "operator");
  EXPECT_EQ(from.at("redirect_uri"), "default");
  EXPECT_EQ(from.at("config_services.webhook_parser"), "integration");
  EXPECT_EQ(from.at("config_services.user_id_mapper"), "operator");
  EXPECT_EQ(origins(credential(), acme()).at("scopes"), "integration");
  EXPECT_EQ(origins(credential(), with_subdomain()).at("placeholders.tenant"), "integration");
}

TEST(Effective, config_service_can_be_turned_off) {
  auto typed = credential();
  EXPECT_EQ(effective_config_services(typed, acme()).at("webhook_parser"), "acme");
  typed.config_services = {{"webhook_parser", ""}};
  EXPECT_TRUE(effective_config_services(typed, acme()).empty());
}

using Change = void (*)(Credential&, Integration&);

TEST(EndpointChange, security_s01_everything_that_receives_a_secret_makes_another_set) {
  const std::pair<std::string_view, Change> changes[] = {
      {"client_id", [](Credential& c, Integration&) { c.client_id = "other"; }},
      {"authorization_url", [](Credential& c, Integration&) { c.overrides.authorization_url = "https://evil.example/a"; }},
      {"token_url", [](Credential& c, Integration&) { c.overrides.token_url = "https://evil.example/t"; }},
      {"refresh_url", [](Credential& c, Integration&) { c.overrides.refresh_url = "https://evil.example/r"; }},
      {"revocation_url", [](Credential& c, Integration&) { c.overrides.revocation_url = "https://evil.example/v"; }},
      {"introspection_url", [](Credential& c, Integration&) { c.overrides.introspection_url = "https://evil.example/i"; }},
      {"userinfo_url", [](Credential& c, Integration&) { c.overrides.userinfo_url = "https://evil.example/u"; }},
      {"base_uri", [](Credential& c, Integration&) { c.overrides.base_uri = "https://evil.example/v1"; }},
      {"issuer", [](Credential& c, Integration&) { c.overrides.issuer = "https://evil.example"; }},
      {"redirect_uri", [](Credential& c, Integration&) { c.overrides.redirect_uri = "https://evil.example/cb"; }},
      {"client_authentication", [](Credential& c, Integration&) { c.overrides.client_authentication = ClientAuthentication::kPost; }},
      {"placeholder", [](Credential& c, Integration&) { c.placeholders = {{"tenant", "evil"}}; }},
      {"config service", [](Credential& c, Integration&) { c.config_services = {{"user_id_mapper", "evil"}}; }},
      {"headers of the record", [](Credential&, Integration& i) { i.proxy.headers = {{"X-Evil", "{access_token}"}}; }},
      {"query of the record", [](Credential&, Integration& i) { i.proxy.query = {{"key", "{access_token}"}}; }},
      {"look-up of the record", [](Credential&, Integration& i) { i.lookups = {{.name = "site", .url = "https://evil.example/sites"}}; }},
      {"URL of the record", [](Credential&, Integration& i) { i.token_url = "https://{region}.evil.example/token"; }},
      {"closed list of the record", [](Credential&, Integration& i) { i.placeholders[0].choices.emplace_back("evil"); }},
      {"closed list opened", [](Credential&, Integration& i) { i.placeholders[0].choices.clear(); }},
      {"default of the operator's placeholder", [](Credential&, Integration& i) { i.placeholders[1].default_value = "evil"; }},
      {"who fills a host", [](Credential&, Integration& i) { i.placeholders[0].filled_by = FilledBy::kOperator; }},
  };
  const auto before = make_endpoint_set(credential(), with_subdomain(), kOwn);
  for (const auto& [what, change] : changes) {
    auto changed = credential();
    auto record = with_subdomain();
    change(changed, record);
    EXPECT_FALSE(same_endpoints(before, make_endpoint_set(changed, record, kOwn))) << what;
    EXPECT_FALSE(only_narrows_base_path(before, make_endpoint_set(changed, record, kOwn))) << what;
    EXPECT_TRUE(has_catalogue_drift(changed, record, before, kOwn)) << what;
  }
}

TEST(EndpointChange, what_receives_no_secret_keeps_the_set) {
  const auto before = make_endpoint_set(credential(), acme(), kOwn);
  auto changed = credential();
  changed.name = "another";
  changed.scopes = {"write"};
  changed.overrides.pkce = false;
  changed.return_urls = {"https://app.example/"};
  EXPECT_TRUE(same_endpoints(before, make_endpoint_set(changed, acme(), kOwn)));
  EXPECT_FALSE(has_catalogue_drift(changed, acme(), before, kOwn));
}

struct NarrowCase {
  std::string_view before, after;
  bool is_exempt;
};

TEST(EndpointChange, security_s01_only_a_longer_base_path_is_exempt) {
  const NarrowCase cases[] = {
      {"https://api.example/v1", "https://api.example/v1/users", true},
      {"https://api.example/v1", "https://api.example/v1/", true},
      {"https://api.example/v1/", "https://api.example/v1/users", true},
      {"https://api.example", "https://api.example/v1", true},
      {"https://{sub}.api.example/v1", "https://{sub}.api.example/v1/x", true},
      {"https://api.example/v1", "https://api.example/v10", false},
      {"https://api.example/v1", "https://api.example/", false},
      {"https://api.example/v1/users", "https://api.example/v1", false},
      {"https://api.example/v1", "https://api.example.evil/v1/users", false},
      {"https://api.example/v1", "https://api.example:8443/v1/users", false},
      {"https://api.example/v1", "http://api.example/v1/users", false},
      {"https://api.example/v1", "https://{host}/v1/users", false},
  };
  for (const auto& [from, to, is_exempt] : cases) {
    auto before = make_endpoint_set(credential(), acme(), kOwn);
    auto after = before;
    before.base_uri = from;
    after.base_uri = to;
    EXPECT_EQ(only_narrows_base_path(before, after), is_exempt) << from << " -> " << to;
    after.token_url = "https://evil.example";
    EXPECT_FALSE(only_narrows_base_path(before, after)) << from << " -> " << to;
  }
}

TEST(EndpointChange, security_s01_a_changed_record_does_not_reach_a_frozen_set) {
  const auto frozen = make_endpoint_set(credential(), with_subdomain(), kOwn);
  auto live = with_subdomain();
  live.token_url = "https://evil.example/token";
  live.base_uri = "https://evil.example";
  live.issuer = "https://evil.example";
  live.proxy.headers = {{"X-Evil", "{access_token}"}};
  live.proxy.query = {{"evil", "{access_token}"}};
  live.client_authentication = ClientAuthentication::kPost;
  live.placeholders[0].choices.emplace_back("evil");
  live.placeholders[1].default_value = "evil";
  live.refresh_token_idle = Seconds{10};
  const auto used = in_force(live, {}, frozen);
  EXPECT_EQ(used.token_url, "https://{region}.acme.example/token");
  EXPECT_EQ(used.base_uri, "https://api.acme.example/v1");
  EXPECT_EQ(used.issuer, "");
  EXPECT_EQ(used.proxy.headers, acme().proxy.headers);
  EXPECT_EQ(used.proxy.query, acme().proxy.query);
  EXPECT_EQ(used.client_authentication, ClientAuthentication::kBasic);
  EXPECT_EQ(used.refresh_token_idle, Seconds{10}) << "a quirk that receives nothing is live";
  EXPECT_EQ(values_in_force(frozen, {{"tenant", "evil"}}).at("tenant"), "common");
  EXPECT_FALSE(fill_url(used.token_url, used.placeholders, {{"region", "evil"}})) << "the closed list is frozen too";
  EXPECT_TRUE(fill_url(used.token_url, used.placeholders, {{"region", "eu"}}));
}

TEST(EndpointChange, security_s01_a_placeholder_that_left_the_record_keeps_its_rule) {
  const auto frozen = make_endpoint_set(credential(), with_subdomain(), kOwn);
  auto live = with_subdomain();
  live.placeholders.clear();
  const auto used = in_force(live, {}, frozen);
  EXPECT_TRUE(fill_url(used.token_url, used.placeholders, {{"region", "us"}}));
  EXPECT_FALSE(fill_url(used.token_url, used.placeholders, {{"region", "evil"}}));
}

TEST(EndpointChange, security_s01_look_ups_are_made_at_the_urls_of_the_set) {
  auto record = acme();
  record.placeholders = {{.name = "region", .filled_by = FilledBy::kEndUser, .choices = {"eu", "us"}}};
  record.lookups = {{.name = "site", .url = "https://{region}.acme.example/sites", .fill = {{"cloud_id", "id"}}}};
  const auto frozen = make_endpoint_set(credential(), record, kOwn);
  auto live = record;
  live.lookups[0].url = "https://evil.example/sites";
  live.lookups[0].label = "name";
  live.lookups.push_back({.name = "more", .url = "https://evil.example/more"});
  live.placeholders[0].choices.emplace_back("evil");
  const auto used = in_force(live, {}, frozen);
  ASSERT_EQ(used.lookups.size(), 1U) << "nobody agreed to the second";
  EXPECT_EQ(used.lookups[0].url, "https://{region}.acme.example/sites");
  EXPECT_EQ(used.lookups[0].label, "name") << "how the answer is read is live";
  EXPECT_FALSE(fill_url(used.lookups[0].url, used.placeholders, {{"region", "evil"}}));
  live.lookups.clear();
  EXPECT_TRUE(in_force(live, {}, frozen).lookups.empty()) << "nobody says what it would fill";
}

TEST(EndpointChange, security_s03_a_rule_that_cannot_be_read_lets_nothing_in) {
  for (const std::string_view rule : {"not JSON", "[]", R"({"filled_by": "somebody"})", R"({"choices": ["evil"]})"}) {
    auto frozen = make_endpoint_set(credential(), with_subdomain(), kOwn);
    frozen.host_rules["region"] = rule;
    const auto used = in_force(with_subdomain(), {}, frozen);
    for (const std::string_view value : {"eu", "us", "evil", ""})
      EXPECT_FALSE(fill_url(used.token_url, used.placeholders, {{"region", std::string(value)}})) << rule << " " << value;
  }
}

TEST(EndpointChange, security_s02_whose_callback_needs_a_key) {
  EXPECT_FALSE(needs_callback_key(acme(), {}));
  EXPECT_EQ(callback_path("acme", ""), "/oauth/callback/acme");
  EXPECT_EQ(callback_path("acme", "k3y"), "/oauth/callback/acme/k3y");

  auto tenants_own = acme();
  tenants_own.is_custom = true;
  EXPECT_TRUE(needs_callback_key(tenants_own, {})) << "custom";
  EXPECT_TRUE(needs_callback_key(custom_integration(), {})) << "nothing filled";
  EXPECT_TRUE(needs_callback_key(acme(), {.authorization_url = "https://evil.example/a"})) << "relay to the real one";
  EXPECT_TRUE(needs_callback_key(acme(), {.token_url = "https://evil.example/t"})) << "receives the code";
  EXPECT_TRUE(needs_callback_key(acme(), {.issuer = "https://evil.example"}));
  EXPECT_TRUE(needs_callback_key(acme(), {.authorization_url = acme().authorization_url})) << "an override is one, whatever it says";
  EXPECT_FALSE(needs_callback_key(acme(), {.base_uri = "https://other.example"})) << "receives no code";
  EXPECT_TRUE(needs_callback_key(with_subdomain(), {})) << "templated";
  auto many_issuers = acme();
  many_issuers.issuer = "https://acme.example/{tenant}";
  EXPECT_TRUE(needs_callback_key(many_issuers, {})) << "many issuers";
}

}  // namespace
}  // namespace valetkey::model
