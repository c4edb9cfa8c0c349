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

TEST_F(ShippedCatalogue, holds_ten_and_custom) {
  std::vector<std::string> slugs;
  for (const auto* each : catalogue().list()) slugs.push_back(each->slug);
  EXPECT_THAT(slugs, testing::ElementsAre("custom", "facebook", "github", "google", "microsoft", "notion", "quickbooks", "salesforce",
                                          "shopify", "slack", "zendesk"));
}

TEST_F(ShippedCatalogue, every_record_is_complete) {
  for (const auto* each : catalogue().list()) {
    if (each->slug == "custom") continue;
    EXPECT_FALSE(each->documentation_url.empty()) << each->slug;
    EXPECT_FALSE(each->registration_url.empty()) << each->slug;
    EXPECT_THAT(each->checked_on, testing::StartsWith("2026-11")) << each->slug;
    EXPECT_FALSE(each->description.empty()) << each->slug;
    EXPECT_FALSE(each->authorization_url.empty()) << each->slug;
    EXPECT_FALSE(each->token_url.empty()) << each->slug;
    EXPECT_FALSE(each->base_uri.empty()) << each->slug;
    EXPECT_NE(each->account.from, model::AccountSource::From::kNothing) << each->slug << ": a renewal must know its account (S9)";
    for (const auto& scope : each->default_scopes)
      EXPECT_TRUE(std::ranges::find(each->scopes, scope, &model::ScopeFacts::name) != each->scopes.end()) << each->slug << " " << scope;
    if (each->slug != "notion") EXPECT_TRUE(each->scopes.size() >= 6 && each->scopes.size() <= 15) << each->slug;
  }
}

TEST_F(ShippedCatalogue, every_record_survives_the_round_trip) {
  for (const auto* each : catalogue().list()) {
    const auto written = model::to_json(*each);
    const auto again = model::parse_integration(written, model::IntegrationSource::kCatalogue);
    ASSERT_TRUE(again) << each->slug;
    EXPECT_EQ(model::to_json(*again), written) << each->slug;
  }
}

struct Flow {
  std::string_view slug, authorization_url, token_url, base_uri;
};

/// A change here sends codes and secrets elsewhere: it must be meant.
TEST_F(ShippedCatalogue, where_codes_and_secrets_go) {
  const Flow flows[] = {
      {"google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token", "https://{api_host}"},
      {"microsoft", "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
       "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", "https://graph.microsoft.com/v1.0"},
      {"slack", "https://slack.com/oauth/v2/authorize", "https://slack.com/api/oauth.v2.access", "https://slack.com/api"},
      {"github", "https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token", "https://api.github.com"},
      {"salesforce", "{login_url}/services/oauth2/authorize", "{login_url}/services/oauth2/token", "{instance_url}"},
      {"shopify", "https://{shop}.myshopify.com/admin/oauth/authorize", "https://{shop}.myshopify.com/admin/oauth/access_token",
       "https://{shop}.myshopify.com/admin/api"},
      {"quickbooks", "https://appcenter.intuit.com/connect/oauth2", "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
       "https://{api_host}/v3/company/{realm_id}"},
      {"zendesk", "https://{subdomain}.zendesk.com/oauth/authorizations/new", "https://{subdomain}.zendesk.com/oauth/tokens",
       "https://{subdomain}.zendesk.com/api/v2"},
      {"notion", "https://api.notion.com/v1/oauth/authorize", "https://api.notion.com/v1/oauth/token", "https://api.notion.com/v1"},
      {"facebook", "https://www.facebook.com/v26.0/dialog/oauth", "https://graph.facebook.com/v26.0/oauth/access_token",
       "https://graph.facebook.com"},
  };
  EXPECT_EQ(std::size(flows) + 1, catalogue().list().size());
  for (const auto& [slug, authorization_url, token_url, base_uri] : flows) {
    EXPECT_EQ(record(slug).authorization_url, authorization_url);
    EXPECT_EQ(record(slug).token_url, token_url);
    EXPECT_EQ(record(slug).base_uri, base_uri);
  }
}

TEST_F(ShippedCatalogue, security_s02_who_shares_a_callback) {
  std::vector<std::string> shared;
  for (const auto* each : catalogue().list())
    if (!model::needs_callback_key(*each, {})) shared.push_back(each->slug);
  EXPECT_THAT(shared, UnorderedElementsAre("google", "slack", "github", "quickbooks", "notion", "facebook"));
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
}

}  // namespace
}  // namespace valetkey::adapters::catalog
