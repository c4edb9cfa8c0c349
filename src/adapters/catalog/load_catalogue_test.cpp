#include "adapters/catalog/load_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "adapters/catalog/toml_document.hpp"
#include "model/effective.hpp"
#include "model/integration_document.hpp"
#include "model/placeholder_text.hpp"
#include "model/url_template.hpp"

namespace valetkey::adapters::catalog {
namespace {

using model::FilledBy;
using model::Integration;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::string_view kAcme = R"(slug = "acme"
name = "Acme"
token_url = "https://acme.example/token"
)";

model::Result<model::Catalogue> load(std::string_view name, const std::string& text) {
  const embedded::File file{name, text};
  return load_catalogue({&file, 1});
}

std::string detail_of(const model::Result<model::Catalogue>& loaded) { return loaded ? "loaded" : loaded.error().detail; }

TEST(LoadCatalogue, reads_a_file) {
  const auto catalogue = load("acme.toml", std::string(kAcme) + "checked_on = 2026-11-24\n");
  ASSERT_TRUE(catalogue) << detail_of(catalogue);
  ASSERT_NE(catalogue->find("acme"), nullptr);
  EXPECT_EQ(catalogue->find("acme")->checked_on, "2026-11-24");
  EXPECT_FALSE(catalogue->find("acme")->is_custom);
  EXPECT_NE(catalogue->find("custom"), nullptr);
}

struct FaultCase {
  std::string_view text;
  std::string_view expected;
};

TEST(LoadCatalogue, fault_names_file_and_line) {
  const FaultCase cases[] = {
      {"scope_seperator = \",\"\n", "acme.toml:4: /scope_seperator: unknown member; known here: "},
      {"\n\npkce = \"off\"\n", "acme.toml:6: /pkce: must be true or false"},
      {"scopes = [\n  { name = \"a\", description = \"b\" },\n  { name = \"c\" },\n]\n", "acme.toml:6: /scopes/1/description: is required"},
      {"\n[response]\nunit = \"days\"\n", "acme.toml:6: /response/unit: not one of the accepted values: seconds, milliseconds"},
      {"\n[[placeholders]]\nname = \"sub\"\nfilled_by = \"end_user\"\n", "acme.toml:6: /placeholders/0/name: sub is used in no"},
      {"base_uri = \"http://acme.example\"\n", "acme.toml:4: /base_uri: "},
      {"base_uri = \"http://127.0.0.1\"\n", "acme.toml:4: /base_uri: must be an https URL"},
      {"custom = true\n", "acme.toml:4: /custom: "},
      {"checked_on = 2026-11-24T10:00:00Z\n", "acme.toml:4: /checked_on: must be a date"},
      {"pkce = \n", "acme.toml:4: not TOML: "},
      {"pkce = true\npkce = true\n", "acme.toml:5: not TOML: "},
      {"[broken\n", "acme.toml:4: not TOML: "},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_THAT(detail_of(load("acme.toml", std::string(kAcme) + std::string(text))), HasSubstr(std::string(expected))) << text;
}

TEST(LoadCatalogue, missing_member_is_told_at_the_start) {
  const std::string text = "# nothing\nname = \"Acme\"\n";
  EXPECT_THAT(detail_of(load("acme.toml", text)), HasSubstr("acme.toml:1: /slug: is required"));
}

TEST(LoadCatalogue, tells_the_faults_of_all_files) {
  const std::string first = std::string(kAcme) + "a = 1\nb = 2\n";
  const std::string second = "broken";
  const embedded::File files[] = {{"acme.toml", first}, {"other.toml", second}};
  const auto loaded = load_catalogue(files);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().detail,
              AllOf(HasSubstr("acme.toml:4: /a: "), HasSubstr("acme.toml:5: /b: "), HasSubstr("other.toml:1: not TOML")));
  EXPECT_EQ(loaded.error().fields.size(), 3U);
}

TEST(LoadCatalogue, slug_is_the_file_s_name) {
  EXPECT_THAT(detail_of(load("other.toml", std::string(kAcme))), HasSubstr("other.toml:1: /slug: "));
  EXPECT_THAT(detail_of(load("custom.toml", "slug = \"custom\"\nname = \"x\"\n")), HasSubstr("custom.toml:1: /slug: "));
}

TEST(TomlDocument, line_of_falls_back_to_what_is_around) {
  const auto document = parse_toml("a = 1\n\n[b]\nc = 2\n");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->line_of("/a"), 1U);
  EXPECT_EQ(document->line_of("/b/c"), 4U);
  EXPECT_EQ(document->line_of("/b/missing"), 3U);
  EXPECT_EQ(document->line_of("/missing"), 1U);
  EXPECT_EQ(document->line_of(""), 1U);
}

class ShippedCatalogue : public testing::Test {
 protected:
  static const model::Catalogue& catalogue() {
    static const auto loaded = load_embedded_catalogue();
    if (!loaded) ADD_FAILURE() << loaded.error().detail;
    static const model::Catalogue empty;
    return loaded ? *loaded : empty;
  }
  static const Integration& record(std::string_view slug) {
    static const Integration none;
    const auto* found = catalogue().find(slug);
    if (found == nullptr) ADD_FAILURE() << slug << " is not in the catalogue";
    return found == nullptr ? none : *found;
  }
};

TEST_F(ShippedCatalogue, holds_thirty_and_custom) {
  std::vector<std::string> slugs;
  for (const auto* each : catalogue().list()) slugs.push_back(each->slug);
  EXPECT_THAT(slugs, testing::ElementsAre("asana", "atlassian", "auth0", "box", "calendly", "custom", "discord", "docusign", "dropbox",
                                          "facebook", "figma", "github", "gitlab", "google", "hubspot", "intercom", "linear", "linkedin",
                                          "microsoft", "notion", "okta", "quickbooks", "salesforce", "shopify", "slack", "stripe", "x",
                                          "xero", "zendesk", "zoho", "zoom"));
}

/// Permissions of these are part of the app that is registered.
constexpr std::string_view kWithoutScopes[] = {"notion", "stripe", "intercom"};

TEST_F(ShippedCatalogue, every_record_is_complete) {
  for (const auto* each : catalogue().list()) {
    if (each->slug == "custom") continue;
    EXPECT_THAT(each->documentation_url, testing::StartsWith("https://")) << each->slug;
    EXPECT_THAT(each->registration_url, testing::StartsWith("https://")) << each->slug;
    EXPECT_EQ(each->checked_on, "2026-11-24") << each->slug;
    EXPECT_FALSE(each->description.empty()) << each->slug;
    EXPECT_FALSE(each->authorization_url.empty()) << each->slug;
    EXPECT_FALSE(each->token_url.empty()) << each->slug;
    EXPECT_FALSE(each->base_uri.empty()) << each->slug;
    if (each->slug != "linear")
      EXPECT_NE(each->account.from, model::AccountSource::From::kNothing) << each->slug << ": a renewal must know its account (S9)";
    for (const auto& scope : each->default_scopes)
      EXPECT_TRUE(std::ranges::find(each->scopes, scope, &model::ScopeFacts::name) != each->scopes.end()) << each->slug << " " << scope;
    const bool has_none = std::ranges::find(kWithoutScopes, each->slug) != std::end(kWithoutScopes);
    EXPECT_EQ(each->scopes.empty(), has_none) << each->slug;
    EXPECT_TRUE(has_none || (each->scopes.size() >= 6 && each->scopes.size() <= 15)) << each->slug;
  }
}

/// Of DESIGN section 6: a kind names a preset of the provider's own, where there is one.
TEST_F(ShippedCatalogue, names_the_presets_of_its_providers) {
  constexpr std::string_view kWithoutPreset[] = {"salesforce", "zoho"};
  const std::map<std::string_view, std::string> others = {{"atlassian", "preset/jira"},
                                                          {"facebook", "preset/meta"},
                                                          {"google", "preset/google-pubsub"},
                                                          {"microsoft", "preset/microsoft-graph"}};
  for (const auto* each : catalogue().list()) {
    if (each->slug == "custom") continue;
    if (std::ranges::find(kWithoutPreset, each->slug) != std::end(kWithoutPreset)) {
      EXPECT_TRUE(each->config_services.empty()) << each->slug;
      continue;
    }
    const auto other = others.find(each->slug);
    const auto expected = other == others.end() ? "preset/" + each->slug : other->second;
    EXPECT_EQ(each->config_services.count("webhook_parser"), 1U) << each->slug;
    for (const auto& [kind, preset] : each->config_services) EXPECT_EQ(preset, expected) << each->slug << " " << kind;
  }
}

/// Only what the providers say of themselves: with a wrong `none` or `grace` a token is sent again that may be dead.
TEST_F(ShippedCatalogue, which_refresh_tokens_work_twice) {
  std::vector<std::string> none, grace;
  for (const auto* each : catalogue().list()) {
    if (each->rotation == model::Rotation::kNone) none.push_back(each->slug);
    if (each->rotation == model::Rotation::kGrace) grace.push_back(each->slug);
  }
  EXPECT_THAT(none, testing::ElementsAre("asana", "dropbox", "facebook", "figma", "google", "intercom", "microsoft", "zoho"));
  EXPECT_THAT(grace, testing::ElementsAre("atlassian", "quickbooks", "shopify", "xero"));
}

TEST_F(ShippedCatalogue, every_record_survives_the_round_trip) {
  for (const auto* each : catalogue().list()) {
    const auto written = model::to_json(*each);
    const auto again = model::parse_integration(written, model::IntegrationSource::kCatalogue);
    ASSERT_TRUE(again) << each->slug;
    EXPECT_EQ(model::to_json(*again), written) << each->slug;
  }
}

TEST_F(ShippedCatalogue, security_s02_who_shares_a_callback) {
  std::vector<std::string> shared;
  for (const auto* each : catalogue().list())
    if (!model::needs_callback_key(*each, {})) shared.push_back(each->slug);
  // docusign, gitlab, microsoft, okta, auth0, salesforce, shopify, zendesk, zoho: hosts or paths that are filled in.
  EXPECT_THAT(shared, UnorderedElementsAre("google", "slack", "github", "quickbooks", "notion", "facebook", "hubspot", "stripe", "zoom",
                                           "atlassian", "asana", "dropbox", "box", "calendly", "xero", "intercom", "discord", "linkedin",
                                           "linear", "figma", "x"));
}

TEST_F(ShippedCatalogue, security_s03_no_end_user_reaches_a_foreign_host) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"shopify", "shop"}, {"zendesk", "subdomain"}, {"salesforce", "login_url"}};
  for (const auto& [slug, name] : cases) {
    const auto& each = record(slug);
    for (const std::string_view value :
         {"evil.com/", "evil.com#", "https://evil.com", "https://evil.com/.salesforce.com", "https://x@evil.com", "a.b", "..",
          "https://salesforce.com.evil.com", "https://a.b.salesforce.com", "http://login.salesforce.com"})
      EXPECT_FALSE(model::fill_url(each.token_url, each.placeholders, {{std::string(name), std::string(value)}})) << slug << " " << value;
  }
  const auto& salesforce = record("salesforce");
  for (const std::string_view value : {"https://login.salesforce.com", "https://test.salesforce.com", "https://acme.my.salesforce.com",
                                       "https://acme--uat.sandbox.my.salesforce.com"})
    EXPECT_TRUE(model::fill_url(salesforce.base_uri, salesforce.placeholders, {{"instance_url", std::string(value)}})) << value;
  EXPECT_FALSE(model::fill_url(salesforce.base_uri, salesforce.placeholders, {{"instance_url", "https://attacker.example"}}));
}

TEST_F(ShippedCatalogue, security_s03_no_look_up_leads_to_a_foreign_host) {
  const auto& docusign = record("docusign");
  const auto base_of = [&](std::string server, std::string account) {
    return model::fill_url(docusign.base_uri, docusign.placeholders,
                           {{"account_base_uri", std::move(server)}, {"account_id", std::move(account)}});
  };
  constexpr auto kAccount = "f30e1f82-3b4c-4d5e-8f60-718293a4b5c6";
  for (const auto* server : {"https://na3.docusign.net", "https://demo.docusign.net", "https://eu.docusign.net"})
    EXPECT_TRUE(base_of(server, kAccount)) << server;
  for (const auto* server : {"https://evil.example", "https://docusign.net.evil.example", "https://a.b.docusign.net",
                             "http://na3.docusign.net", "https://na3.docusign.net/x", "https://x@na3.docusign.net"})
    EXPECT_FALSE(base_of(server, kAccount)) << server;
  for (const auto* account : {"..", "a/b", "", "f30e1f82-3b4c-4d5e-8f60-718293a4b5c6/.."})
    EXPECT_FALSE(base_of("https://na3.docusign.net", account)) << account;
  for (const auto* value : {"https://www.zohoapis.com.evil.example", "https://evil.example", "http://www.zohoapis.com"})
    EXPECT_FALSE(model::fill_url(record("zoho").base_uri, record("zoho").placeholders, {{"api_domain", value}})) << value;
}

TEST_F(ShippedCatalogue, look_ups_fill_what_calls_need) {
  const auto& atlassian = record("atlassian").lookups.at(0);
  EXPECT_EQ(atlassian.url, "https://api.atlassian.com/oauth/token/accessible-resources");
  EXPECT_EQ(atlassian.fill.at("cloud_id"), "id");
  const auto& xero = record("xero");
  EXPECT_EQ(xero.lookups.at(0).url, "https://api.xero.com/connections");
  EXPECT_THAT(xero.proxy.headers, testing::Contains(Pair("xero-tenant-id", "{tenant_id}")));
  const auto& docusign = record("docusign").lookups.at(0);
  EXPECT_EQ(docusign.items, "accounts");
  EXPECT_EQ(docusign.choose.default_flag, "is_default");
  for (const auto* each : catalogue().list())
    for (const auto& lookup : each->lookups) {
      const auto* by = model::find_placeholder(each->placeholders, lookup.choose.by);
      ASSERT_NE(by, nullptr) << each->slug << ": with several, one must be able to say which";
      EXPECT_TRUE(by->is_optional) << each->slug << ": most accounts have one";
      EXPECT_FALSE(lookup.label.empty()) << each->slug;
    }
}

TEST_F(ShippedCatalogue, quirks_of_google) {
  const auto& google = record("google");
  EXPECT_THAT(google.authorization_params, UnorderedElementsAre(Pair("access_type", "offline"), Pair("prompt", "consent")));
  EXPECT_EQ(google.issuer, "https://accounts.google.com");
  EXPECT_EQ(google.revocation_url, "https://oauth2.googleapis.com/revoke");
  EXPECT_TRUE(google.revocation_ends_all_grants);
  EXPECT_EQ(google.rotation, model::Rotation::kNone);
  EXPECT_EQ(google.refresh_token_idle, model::Seconds{180 * 86400});
}

TEST_F(ShippedCatalogue, quirks_of_microsoft) {
  const auto& microsoft = record("microsoft");
  const auto* tenant = model::find_placeholder(microsoft.placeholders, "tenant");
  ASSERT_NE(tenant, nullptr);
  EXPECT_EQ(tenant->filled_by, FilledBy::kOperator);
  for (const std::string_view value :
       {"common", "organizations", "consumers", "72f988bf-86f1-41af-91ab-2d7cd011db47", "contoso.onmicrosoft.com"})
    EXPECT_FALSE(model::check_value(*tenant, value)) << value;
  for (const std::string_view value : {"../x", "Common", "a/b", "contoso", ""}) EXPECT_TRUE(model::check_value(*tenant, value)) << value;
  EXPECT_THAT(microsoft.default_scopes, testing::Contains("offline_access"));
}

TEST_F(ShippedCatalogue, quirks_of_the_others) {
  EXPECT_FALSE(record("slack").pkce);
  EXPECT_EQ(record("slack").scope_separator, ",");
  EXPECT_EQ(record("slack").tokens.at(0).access_token, "authed_user.access_token");
  EXPECT_EQ(record("github").response.scope_separator, ",");
  EXPECT_TRUE(record("github").pkce);
  EXPECT_EQ(record("salesforce").response.default_lifetime, model::Seconds{3600});
  EXPECT_THAT(record("shopify").proxy.headers, testing::ElementsAre(Pair("X-Shopify-Access-Token", "{access_token}")));
  EXPECT_EQ(record("shopify").scope_separator, ",");
  EXPECT_EQ(record("quickbooks").capture.callback.at("realm_id"), "realmId");
  EXPECT_EQ(record("quickbooks").rotation_grace, model::Seconds{86400});
  EXPECT_THAT(record("zendesk").refresh_params, testing::Contains(Pair("expires_in", "172800")));
  EXPECT_EQ(record("notion").token_body, model::TokenBody::kJson);
  EXPECT_THAT(record("notion").proxy.headers, testing::Contains(Pair("Authorization", "Bearer {access_token}")));
  EXPECT_THAT(record("notion").proxy.headers, testing::Contains(testing::Key("Notion-Version")));
  EXPECT_EQ(record("facebook").refresh, model::RefreshBy::kExchange);
  EXPECT_THAT(record("facebook").refresh_params, testing::Contains(Pair("fb_exchange_token", "{access_token}")));
  EXPECT_FALSE(record("linkedin").pkce);
  EXPECT_FALSE(record("stripe").pkce);
  EXPECT_EQ(record("stripe").client_authentication, model::ClientAuthentication::kBasicSecretOnly);
  EXPECT_EQ(record("stripe").response.default_lifetime, model::Seconds{3600});
  EXPECT_EQ(record("atlassian").rotation_grace, model::Seconds{600});
  EXPECT_EQ(record("xero").rotation_grace, model::Seconds{1800});
  EXPECT_EQ(record("figma").refresh_url, "https://api.figma.com/v1/oauth/refresh");
  EXPECT_EQ(record("intercom").refresh, model::RefreshBy::kNever);
  EXPECT_EQ(record("linear").scope_separator, ",");
  EXPECT_EQ(record("auth0").issuer, "https://{auth0_domain}/");
  EXPECT_EQ(record("auth0").audience_parameter, "audience");
  EXPECT_THAT(record("dropbox").authorization_params, testing::ElementsAre(Pair("token_access_type", "offline")));
}

}  // namespace
}  // namespace valetkey::adapters::catalog
