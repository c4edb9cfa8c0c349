#include "model/integration_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/catalogue.hpp"
#include "model/json_reader.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

constexpr std::string_view kEverything = R"({
  "slug": "acme", "name": "Acme", "description": "Rockets", "custom": true,
  "documentation_url": "https://acme.example/docs", "registration_url": "https://acme.example/apps", "checked_on": "2026-11-02",
  "authorization_url": "https://{subdomain}.acme.example/authorize", "token_url": "https://{accounts_server|login}/token",
  "refresh_url": "https://acme.example/refresh", "revocation_url": "https://acme.example/revoke",
  "introspection_url": "https://acme.example/introspect", "userinfo_url": "https://acme.example/me",
  "base_uri": "{instance_url}/api", "issuer": "https://acme.example", "requires_iss": true,
  "grant_types": ["authorization_code", "password"],
  "placeholders": [
    {"name": "subdomain", "filled_by": "end_user", "title": "Subdomain", "description": "Yours", "example": "acme", "pattern": "[a-z-]+"},
    {"name": "login", "filled_by": "operator", "default": "login.acme.example"},
    {"name": "accounts_server", "filled_by": "callback", "choices": ["eu.acme.example", "us.acme.example"], "optional": true},
    {"name": "instance_url", "filled_by": "token_response", "host_suffixes": [".my.acme.example"]},
    {"name": "realm", "filled_by": "callback"},
    {"name": "site", "filled_by": "end_user", "optional": true},
    {"name": "cloud_id", "filled_by": "lookup", "pattern": "[0-9a-f]+"}],
  "authorization_params": {"prompt": "consent"}, "token_params": {"realm": "{realm}"}, "refresh_params": {"scope": "x"},
  "authorization_rename": {"client_id": "client_key"}, "token_grant_type": "account_credentials", "pkce": false, "nonce": false, "scope_separator": ",",
  "audience_parameter": "audience", "default_scopes": ["read"], "scopes": [{"name": "read", "description": "Read your rockets"}],
  "client_authentication": "client_secret_post", "token_body": "json", "callback": {"code": "auth_code"},
  "response": {"access_token": "data.token", "refresh_token": "data.refresh", "token_type": "data.type", "scope": "data.scope",
    "expires_in": "data.ttl", "expires_at": "data.until", "refresh_token_expires_in": "data.rttl", "id_token": "data.id", "error": "data.error",
    "scope_separator": " ", "unit": "milliseconds", "default_lifetime": 3600},
  "tokens": [{"name": "user", "access_token": "user.token", "refresh_token": "user.refresh", "expires_in": "user.ttl", "scope": "user.scope"}],
  "capture": {"token_response": {"instance_url": "instance"}, "callback": {"accounts_server": "server", "realm": "realmId"}},
  "lookups": [{"name": "site", "url": "https://{subdomain}.acme.example/sites", "items": "data", "label": "name",
    "choose": {"by": "site", "among": ["url", "name"], "default": "is_default"}, "fill": {"cloud_id": "id"}}],
  "account": {"from": "token_response", "path": "team.id"}, "refresh": "refresh_token", "rotation": "grace", "rotation_grace": 600,
  "refresh_token_lifetime": 8640000, "refresh_token_idle": 86400, "revocation_scope": "account",
  "proxy": {"headers": {"X-Token": "{access_token}", "X-Realm": "{realm}"}, "query": {"key": "{access_token}"},
    "expired_statuses": [401, 403], "expired_body": {"statuses": [200], "path": "error.code", "values": ["token_expired"]},
    "rate_limit": {"statuses": [429, 403], "remaining_header": "x-left", "reset_header": "x-reset", "reset_unit": "unix_seconds"}},
  "config_services": {"webhook_parser": "acme"}
})";

json::value parsed(std::string_view text) { return json::parse(text); }

/// The smallest document, with `member` set to `value`.
json::value minimal_with(std::string_view member, std::string_view value) {
  json::object out{{"slug", "acme"},
                   {"name", "Acme"},
                   {"authorization_url", "https://acme.example/authorize"},
                   {"token_url", "https://acme.example/token"},
                   {"base_uri", "https://api.acme.example"}};
  if (!member.empty()) out[member] = json::parse(value);
  return out;
}

TEST(IntegrationDocument, reads_every_member) {
  const auto read = parse_integration(parsed(kEverything));
  ASSERT_TRUE(read) << read.error().detail
                    << (read.error().fields.empty() ? "" : read.error().fields[0].pointer + read.error().fields[0].detail);
  EXPECT_TRUE(read->is_custom);
  EXPECT_TRUE(read->requires_iss);
  EXPECT_FALSE(read->pkce);
  EXPECT_FALSE(read->nonce);
  EXPECT_EQ(read->placeholders.size(), 7U);
  EXPECT_EQ(read->placeholders[3].host_suffixes, std::vector<std::string>{".my.acme.example"});
  EXPECT_EQ(read->callback_code, "auth_code");
  ASSERT_EQ(read->lookups.size(), 1U);
  EXPECT_EQ(read->lookups[0].items, "data");
  EXPECT_EQ(read->lookups[0].choose.by, "site");
  EXPECT_EQ(read->lookups[0].choose.default_flag, "is_default");
  EXPECT_EQ(read->lookups[0].fill.at("cloud_id"), "id");
  EXPECT_EQ(read->response.unit, LifetimeUnit::kMilliseconds);
  EXPECT_EQ(read->response.default_lifetime, Seconds{3600});
  EXPECT_EQ(read->rotation, Rotation::kGrace);
  EXPECT_EQ(read->rotation_grace, Seconds{600});
  EXPECT_TRUE(read->revocation_ends_all_grants);
  EXPECT_EQ(read->proxy.expired_statuses, (std::vector<int>{401, 403}));
  EXPECT_EQ(read->proxy.query, (Parameters{{"key", "{access_token}"}}));
  EXPECT_EQ(read->proxy.expired_body, (ExpiredBody{.statuses = {200}, .path = "error.code", .values = {"token_expired"}}));
  EXPECT_EQ(read->proxy.rate_limit,
            (RateLimitSignal{
                .statuses = {429, 403}, .remaining_header = "x-left", .reset_header = "x-reset", .reset_unit = ResetUnit::kUnixSeconds}));
}

TEST(IntegrationDocument, is_written_as_it_was_read) {
  const auto document = parsed(kEverything);
  const auto read = parse_integration(document);
  ASSERT_TRUE(read);
  const auto written = to_json(*read);
  // Every member of the full document comes back; what equals its default is left out.
  auto expected = document.as_object();
  expected.erase("refresh");
  EXPECT_EQ(written, json::value(expected));
  const auto again = parse_integration(written);
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), written);
}

TEST(IntegrationDocument, defaults_are_those_of_the_standard) {
  const auto read = parse_integration(minimal_with("", ""));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->pkce);
  EXPECT_TRUE(read->nonce);
  EXPECT_EQ(read->scope_separator, " ");
  EXPECT_EQ(read->grant_types, std::vector<std::string>{"authorization_code"});
  EXPECT_EQ(read->client_authentication, ClientAuthentication::kBasic);
  EXPECT_EQ(read->refresh, RefreshBy::kRefreshToken);
  EXPECT_EQ(read->rotation, Rotation::kStrict);
  EXPECT_EQ(read->callback_code, "code");
  EXPECT_EQ(read->audience_parameter, "resource");
}

struct FaultCase {
  std::string_view member;
  std::string_view value;
  std::string_view pointer;
  std::string_view detail;
};

TEST(IntegrationDocument, says_where_and_what_is_wrong) {
  const FaultCase cases[] = {
      {"scope_seperator", R"(",")", "/scope_seperator", "unknown member; known here: "},
      {"slug", R"("Acme")", "/slug", "a-z"},
      {"slug", R"("-a")", "/slug", "a-z"},
      {"slug", "1", "/slug", "string"},
      {"name", R"("")", "/name", "1 to 200"},
      {"token_url", R"("http://acme.example/token")", "/token_url", "https"},
      {"token_url", R"("https://{host}/token")", "/token_url", "{host} is not declared"},
      {"documentation_url", R"("http://acme.example")", "/documentation_url", "https"},
      {"checked_on", R"("November")", "/checked_on", "YYYY-MM-DD"},
      {"checked_on", R"("2026-13-01")", "/checked_on", "YYYY-MM-DD"},
      {"custom", "false", "/custom", "custom"},
      {"grant_types", R"(["implicit"])", "/grant_types/0", "authorization_code"},
      {"grant_types", "[]", "/grant_types", "at least one"},
      {"pkce", R"("off")", "/pkce", "true or false"},
      {"client_authentication", R"("private_key_jwt")", "/client_authentication", "client_secret_basic"},
      {"token_body", R"("xml")", "/token_body", "form, json, query"},
      {"refresh", R"("sometimes")", "/refresh", "exchange"},
      {"refresh", R"("exchange")", "/refresh_params", "{access_token}"},
      {"rotation", R"("grace")", "/rotation_grace", "grace"},
      {"rotation_grace", "10", "/rotation_grace", "grace"},
      {"rotation_grace", "0", "/rotation_grace", "from 1"},
      {"revocation_scope", R"("all")", "/revocation_scope", "grant, account"},
      {"requires_iss", "true", "/issuer", "required"},
      {"authorization_params", R"({"state": "1"})", "/authorization_params/state", "set by the broker"},
      {"authorization_params", R"({"code_challenge": "1"})", "/authorization_params/code_challenge", "set by the broker"},
      {"authorization_params", R"({"redirect_uri": "https://evil.com"})", "/authorization_params/redirect_uri", "set by the broker"},
      {"authorization_params", R"({"x": "{none}"})", "/authorization_params/x", "not declared"},
      {"authorization_params", R"({"x": 1})", "/authorization_params/x", "string"},
      {"token_params", R"({"client_secret": "1"})", "/token_params/client_secret", "set by the broker"},
      {"refresh_params", R"({"refresh_token": "1"})", "/refresh_params/refresh_token", "set by the broker"},
      {"refresh_params", R"({"t": "{access_token}"})", "/refresh_params/t", "not declared"},
      {"authorization_rename", R"({"state": "s"})", "/authorization_rename/state", "client_id"},
      {"authorization_rename", R"({"client_id": "state"})", "/authorization_rename/client_id", "another standard parameter"},
      {"response", R"({"acces_token": "a"})", "/response/acces_token", "unknown member"},
      {"response", R"({"default_lifetime": 0})", "/response/default_lifetime", "from 1"},
      {"tokens", R"([{"name": "user"}])", "/tokens/0/access_token", "required"},
      {"tokens", R"([{"name": "u", "access_token": "a"}, {"name": "u", "access_token": "b"}])", "/tokens/1/name", "twice"},
      {"capture", R"({"callback": {"realm": "realmId"}})", "/capture/callback/realm", "filled_by = callback"},
      {"account", R"({"from": "token_response"})", "/account/path", "required"},
      {"account", R"({"from": "userinfo", "path": "id"})", "/userinfo_url", "required"},
      {"account", R"({"path": "id"})", "/account/from", "required"},
      {"account", R"({"from": null, "path": "id"})", "/account/from", "required"},
      {"proxy", R"({"headers": {"Host": "x"}})", "/proxy/headers/Host", "no header"},
      {"proxy", R"({"headers": {"X Y": "x"}})", "/proxy/headers/X Y", "no header"},
      {"proxy", R"({"headers": {"X": "a\r\nb"}})", "/proxy/headers/X", "control"},
      {"proxy", R"({"headers": {"X": "{secret}"}})", "/proxy/headers/X", "not declared"},
      {"proxy", R"({"expired_statuses": [99]})", "/proxy/expired_statuses", "200 to 599"},
      {"proxy", R"({"query": {"": "x"}})", "/proxy/query/", "no name"},
      {"proxy", R"({"query": {"k": "{secret}"}})", "/proxy/query/k", "not declared"},
      {"proxy", R"({"query": {"k": "a\nb"}})", "/proxy/query/k", "control"},
      {"proxy", R"({"expired_body": {"path": "error", "values": ["x"]}})", "/proxy/expired_body/statuses", "at least one"},
      {"proxy", R"({"expired_body": {"statuses": [200], "path": "error"}})", "/proxy/expired_body/values", "at least one"},
      {"proxy", R"({"expired_body": {"statuses": [200], "values": ["x"]}})", "/proxy/expired_body/path", "required"},
      {"proxy", R"({"expired_body": {"statuses": [1000], "path": "e", "values": ["x"]}})", "/proxy/expired_body/statuses", "200 to 599"},
      {"proxy", R"({"rate_limit": {"reset_header": "x y"}})", "/proxy/rate_limit/reset_header", "no name"},
      {"proxy", R"({"rate_limit": {"remaining_header": "x:"}})", "/proxy/rate_limit/remaining_header", "no name"},
      {"proxy", R"({"rate_limit": {"reset_unit": "unix_seconds"}})", "/proxy/rate_limit/reset_header", "required with"},
      {"proxy", R"({"rate_limit": {"reset_header": "x", "reset_unit": "days"}})", "/proxy/rate_limit/reset_unit", "unix_milliseconds"},
      {"config_services", R"({"webhook": "x"})", "/config_services/webhook", "webhook_parser"},
      {"placeholders", R"([{"name": "x", "filled_by": "end_user"}])", "/placeholders/0/name", "is used in no"},
      {"placeholders", R"([{"name": "x"}])", "/placeholders/0/filled_by", "required"},
      {"placeholders", R"([{"name": "x", "filled_by": null}])", "/placeholders/0/filled_by", "required"},
      {"placeholders", R"([{"name": "X", "filled_by": "end_user"}])", "/placeholders/0/name", "[a-z]"},
      {"placeholders", R"([{"name": "access_token", "filled_by": "end_user"}])", "/placeholders/0/name", "access_token"},
      {"placeholders", R"([{"name": "x", "filled_by": "callback"}])", "/placeholders/0/name", "capture/callback"},
      {"placeholders", R"([{"name": "x", "filled_by": "lookup"}])", "/placeholders/0/name", "filled by one of lookups"},
      {"lookups", R"([{"name": "site", "fill": {"x": "id"}}])", "/lookups/0/url", "required"},
      {"lookups", R"([{"name": "site", "url": "http://acme.example/x", "fill": {"x": "id"}}])", "/lookups/0/url", "https"},
      {"lookups", R"([{"name": "site", "url": "https://acme.example"}])", "/lookups/0/fill", "at least one"},
      {"lookups", R"([{"name": "site", "url": "https://acme.example", "fill": {"x": "id"}}])", "/lookups/0/fill/x", "filled_by = lookup"},
      {"lookups", R"([{"name": "site", "url": "https://acme.example", "fill": {"x": ""}}])", "/lookups/0/fill/x", "taken from the item"},
      {"lookups", R"([{"name": "site", "url": "https://acme.example", "fill": {"x": "id"}, "choose": {"by": "y", "among": ["n"]}}])",
       "/lookups/0/choose/by", "filled_by = end_user"},
      {"lookups", R"([{"name": "site", "url": "https://acme.example", "fill": {"x": "id"}, "choose": {"by": "y"}}])", "/lookups/0/choose",
       "together"},
      {"lookups", R"([{"name": "site", "url": "https://acme.example", "fill": {"x": "id"}, "headers": {}}])", "/lookups/0/headers",
       "unknown member"},
      {"lookups", R"([{}, {}, {}, {}, {}, {}])", "/lookups", "5"},
      {"placeholders", R"([{"name": "x", "filled_by": "nobody"}])", "/placeholders/0/filled_by", "end_user"},
      {"placeholders", R"([{"name": "x", "filled_by": "end_user", "pattern": "("}])", "/placeholders/0/pattern", "RE2"},
      {"placeholders", R"([{"name": "x", "filled_by": "end_user", "choices": ["a"], "default": "b"}])", "/placeholders/0/default",
       "one of: a"},
      {"placeholders", R"([{"name": "x", "filled_by": "end_user", "host_suffixes": [".com"]}])", "/placeholders/0/host_suffixes/0",
       "two labels"},
  };
  for (const auto& [member, value, pointer, detail] : cases) {
    const auto read = parse_integration(minimal_with(member, value));
    ASSERT_FALSE(read) << member << " = " << value;
    EXPECT_EQ(read.error().code, Code::kInvalidInput);
    EXPECT_THAT(read.error().fields, Contains(AllOf(Field(&FieldError::pointer, std::string(pointer)),
                                                    Field(&FieldError::detail, HasSubstr(std::string(detail))))))
        << member << " = " << value << " gave " << read.error().fields[0].pointer << ": " << read.error().fields[0].detail;
  }
}

TEST(IntegrationDocument, tells_all_faults_at_once) {
  const auto read = parse_integration(parsed(R"({"slug": "A", "token_url": "ftp://x", "pkce": 1, "surplus": true})"));
  ASSERT_FALSE(read);
  std::vector<std::string> pointers;
  for (const auto& field : read.error().fields) pointers.push_back(field.pointer);
  EXPECT_THAT(pointers, testing::IsSupersetOf({"/slug", "/name", "/token_url", "/pkce", "/surplus"}));
  EXPECT_FALSE(parse_integration(parsed("[]")));
}

TEST(IntegrationDocument, security_s03_an_end_user_s_host_is_refused_when_the_record_is_read) {
  for (const std::string_view filled_by : {"end_user", "callback", "token_response"}) {
    json::object document = minimal_with("token_url", R"("https://{host}/token")").as_object();
    document["placeholders"] = json::array{{{"name", "host"}, {"filled_by", filled_by}}};
    if (filled_by != "end_user") document["capture"] = {{filled_by, {{"host", "host"}}}};
    const auto read = parse_integration(document);
    ASSERT_FALSE(read) << filled_by;
    EXPECT_THAT(read.error().fields,
                Contains(AllOf(Field(&FieldError::pointer, "/token_url"), Field(&FieldError::detail, HasSubstr("S3")))))
        << filled_by;
  }
}

TEST(IntegrationDocument, value_must_be_known_when_its_url_is_used) {
  json::object document = minimal_with("authorization_url", R"("https://acme.example/{realm}/authorize")").as_object();
  document["placeholders"] = json::array{{{"name", "realm"}, {"filled_by", "callback"}}};
  document["capture"] = {{"callback", {{"realm", "realmId"}}}};
  const auto read = parse_integration(document);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fields[0].pointer, "/authorization_url");
  document["authorization_url"] = "https://acme.example/authorize";
  document["token_url"] = "https://acme.example/{realm}/token";
  EXPECT_TRUE(parse_integration(document));
  document["authorization_params"] = json::object{{"realm", "{realm}"}};
  const auto parameter = parse_integration(document);
  ASSERT_FALSE(parameter);
  EXPECT_EQ(parameter.error().fields[0].pointer, "/authorization_params/realm");
}

TEST(IntegrationDocument, looked_up_value_is_known_after_its_look_up_only) {
  json::object document = minimal_with("lookups", R"([
      {"name": "org", "url": "https://acme.example/orgs", "fill": {"org": "id"}},
      {"name": "site", "url": "https://acme.example/{org}/sites", "fill": {"site_id": "id"}}])")
                              .as_object();
  document["placeholders"] = json::array{{{"name", "org"}, {"filled_by", "lookup"}}, {{"name", "site_id"}, {"filled_by", "lookup"}}};
  document["base_uri"] = "https://api.acme.example/{org}/{site_id}";
  EXPECT_TRUE(parse_integration(document));
  for (const std::string_view member : {"authorization_url", "token_url", "userinfo_url"}) {
    auto early = document;
    early[member] = "https://acme.example/{org}/x";
    const auto read = parse_integration(early);
    ASSERT_FALSE(read) << member;
    EXPECT_EQ(read.error().fields[0].pointer, fmt::format("/{}", member));
  }
  for (const std::string_view member : {"revocation_url", "introspection_url", "refresh_url"}) {
    auto late = document;
    late[member] = "https://acme.example/{org}/x";
    EXPECT_TRUE(parse_integration(late)) << member;
  }
  document["lookups"].as_array()[0].as_object()["url"] = "https://acme.example/{site_id}/orgs";
  const auto read = parse_integration(document);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fields[0].pointer, "/lookups/0/url");
}

TEST(IntegrationDocument, security_s03_no_look_up_fills_a_free_host) {
  json::object document =
      minimal_with("lookups", R"([{"name": "site", "url": "https://acme.example/x", "fill": {"host": "url"}}])").as_object();
  for (const std::string_view base : {"https://{host}/api", "{host}/api"}) {
    document["base_uri"] = base;
    document["placeholders"] = json::array{{{"name", "host"}, {"filled_by", "lookup"}}};
    const auto read = parse_integration(document);
    ASSERT_FALSE(read) << base;
    EXPECT_EQ(read.error().fields[0].pointer, "/base_uri");
  }
  document["placeholders"] = json::array{{{"name", "host"}, {"filled_by", "lookup"}, {"host_suffixes", {".sites.acme.example"}}}};
  EXPECT_TRUE(parse_integration(document));
}

TEST(IntegrationDocument, plain_http_only_for_a_tenant_s_own_at_loopback) {
  const auto document = minimal_with("token_url", R"("http://127.0.0.1:9000/token")");
  EXPECT_TRUE(parse_integration(document, IntegrationSource::kCustom));
  EXPECT_FALSE(parse_integration(document, IntegrationSource::kCatalogue));
}

TEST(Catalogue, always_holds_custom) {
  const Catalogue catalogue;
  ASSERT_NE(catalogue.find("custom"), nullptr);
  EXPECT_EQ(catalogue.find("none"), nullptr);
  EXPECT_EQ(catalogue.list().size(), 1U);
  const auto written = to_json(*catalogue.find("custom"));
  EXPECT_TRUE(parse_integration(written, IntegrationSource::kCatalogue));
}

}  // namespace
}  // namespace valetkey::model
