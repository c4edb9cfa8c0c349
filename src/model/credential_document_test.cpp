#include "model/credential_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/catalogue.hpp"
#include "model/effective.hpp"
#include "model/json_reader.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

Integration acme() {
  Integration out;
  out.slug = "acme";
  out.name = "Acme";
  out.grant_types = {"authorization_code", "password", "client_credentials"};
  out.authorization_url = "https://acme.example/authorize";
  out.token_url = "https://acme.example/{tenant}/token";
  out.base_uri = "https://{sub}.acme.example";
  out.scope_separator = ",";
  out.placeholders = {{.name = "tenant", .filled_by = FilledBy::kOperator, .example = "contoso", .pattern = "[a-z]+"},
                      {.name = "sub", .filled_by = FilledBy::kEndUser}};
  return out;
}

const CredentialRules kRules{.policy = {}, .public_url = "https://broker.example"};

json::object valid() {
  return {{"name", "Acme production"}, {"integration", "acme"},     {"grant_type", "authorization_code"},
          {"client_id", "client"},     {"client_secret", "s3cret"}, {"placeholders", json::object{{"tenant", "contoso"}}}};
}

json::object custom() {
  return {{"name", "Own"},
          {"integration", "custom"},
          {"authentication_type", "oauth2"},
          {"grant_type", "authorization_code"},
          {"client_id", "client"},
          {"client_secret", "s3cret"},
          {"authorization_url", "https://own.example/authorize"},
          {"token_url", "https://own.example/token"},
          {"base_uri", "https://api.own.example/v1"}};
}

std::string faults_of(const Error& error) {
  std::string out;
  for (const auto& field : error.fields) out += field.pointer + ": " + field.detail + "\n";
  return out;
}

TEST(CredentialDocument, takes_what_the_dialog_asks) {
  auto document = valid();
  document["description"] = "for the shop\nand its branches";
  document["config_services"] = json::object{{"webhook_parser", "acme"}, {"user_id_mapper", nullptr}};
  document["scopes"] = json::array{"read", "write"};
  document["response_type"] = "code";
  document["return_urls"] = json::array{"https://app.example/done?x=1", "http://127.0.0.1:3000/done"};
  document["opener_origins"] = json::array{"https://app.example", "http://localhost:3000"};
  document["audiences"] = json::array{"https://api.example/"};
  document["completion"] = "immediate";
  document["revocation_url"] = "https://acme.example/revoke";
  document["pkce"] = false;
  document["rotation"] = "grace";
  document["rotation_grace"] = 60;
  document["account"] = json::object{{"from", "token_response"}, {"path", "team.id"}};
  document["authorization_params"] = json::object{{"prompt", "consent"}};
  const auto read = read_credential(document, acme(), kRules);
  ASSERT_TRUE(read) << faults_of(read.error());
  const auto& credential = read->credential;
  EXPECT_EQ(credential.name, "Acme production");
  EXPECT_EQ(credential.grant_type, GrantType::kAuthorizationCode);
  EXPECT_EQ(credential.scopes, (std::vector<std::string>{"read", "write"}));
  EXPECT_TRUE(credential.scopes_set);
  EXPECT_EQ(credential.completion, Completion::kImmediate);
  EXPECT_EQ(credential.config_services.at("user_id_mapper"), "");
  EXPECT_EQ(credential.overrides.revocation_url, "https://acme.example/revoke");
  EXPECT_EQ(credential.overrides.rotation_grace, Seconds{60});
  EXPECT_EQ(read->client_secret->reveal(), "s3cret");
}

TEST(CredentialDocument, stores_only_what_was_set) {
  const auto read = read_credential(valid(), acme(), kRules);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->credential.overrides.token_url);
  EXPECT_FALSE(read->credential.overrides.pkce);
  EXPECT_FALSE(read->credential.scopes_set);
  EXPECT_TRUE(read->credential.config_services.empty());
  EXPECT_TRUE(read->credential.callback_key.empty());
}

struct FaultCase {
  std::string_view member;
  std::string value;
  std::string_view pointer;
  std::string_view detail;
};

std::string quoted(std::size_t length) { return json::serialize(json::value(std::string(length, 'x'))); }

void expect_faults(const json::object& base, const Integration& integration, std::span<const FaultCase> cases) {
  for (const auto& [member, value, pointer, detail] : cases) {
    auto document = base;
    if (value.empty()) document.erase(member);
    else document[member] = json::parse(value);
    const auto read = read_credential(document, integration, kRules);
    ASSERT_FALSE(read) << member << " = " << value;
    EXPECT_EQ(read.error().code, Code::kInvalidInput) << member << " = " << value;
    EXPECT_THAT(read.error().fields, Contains(AllOf(Field(&FieldError::pointer, std::string(pointer)),
                                                    Field(&FieldError::detail, HasSubstr(std::string(detail))))))
        << member << " = " << value << " gave " << faults_of(read.error());
    EXPECT_EQ(read.error().fields.size(), 1U) << member << " = " << value << " gave " << faults_of(read.error());
  }
}

TEST(CredentialDocument, own_members_have_rules) {
  std::string urls = "[", scopes = "[";
  for (int i = 0; i < 21; ++i) urls += fmt::format("{}\"https://app.example/{}\"", i ? "," : "", i);
  for (int i = 0; i < 101; ++i) scopes += fmt::format("{}\"s{}\"", i ? "," : "", i);
  const FaultCase cases[] = {
      {"name", "", "/name", "required"},
      {"name", "null", "/name", "null"},
      {"name", R"("")", "/name", "1 to 100"},
      {"name", quoted(101), "/name", "1 to 100"},
      {"name", R"("a\u0007b")", "/name", "control"},
      {"name", "7", "/name", "string"},
      {"description", quoted(1001), "/description", "1000"},
      {"integration", R"("other")", "/integration", "cannot change"},
      {"authentication_type", R"("oauth1")", "/authentication_type", "oauth2"},
      {"grant_type", "", "/grant_type", "authorization_code, password, client_credentials"},
      {"grant_type", R"("implicit")", "/grant_type", "authorization_code, password, client_credentials"},
      {"client_id", "", "/client_id", "required"},
      {"client_id", quoted(513), "/client_id", "1 to 512"},
      {"client_secret", "", "/client_secret", "client_authentication none"},
      {"client_secret", R"("")", "/client_secret", "1 to 4096"},
      {"client_secret", R"("a\nb")", "/client_secret", "control"},
      {"scopes", R"("read")", "/scopes", "list"},
      {"scopes", R"(["a b"])", "/scopes/0", "spaces"},
      {"scopes", R"(["a,b"])", "/scopes/0", "separator"},
      {"scopes", R"(["a", "b\n"])", "/scopes/1", "printable"},
      {"scopes", R"(["a", "a"])", "/scopes/1", "twice"},
      {"scopes", R"([""])", "/scopes/0", "1 to 256"},
      {"scopes", "[" + quoted(257) + "]", "/scopes/0", "1 to 256"},
      {"scopes", scopes + "]", "/scopes", "100"},
      {"response_type", R"("codex")", "/response_type", "code"},
      {"return_urls", R"(["https://app.example/#x"])", "/return_urls/0", "fragment"},
      {"return_urls", R"(["http://app.example/"])", "/return_urls/0", "https"},
      {"return_urls", R"(["/done"])", "/return_urls/0", "absolute"},
      {"return_urls", R"(["https://ok.example/", "https://u@app.example/"])", "/return_urls/1", "user info"},
      {"return_urls", urls + "]", "/return_urls", "20"},
      {"opener_origins", R"(["https://app.example/"])", "/opener_origins/0", "origin"},
      {"opener_origins", R"(["https://APP.example"])", "/opener_origins/0", "origin"},
      {"opener_origins", R"(["https://app.example:443"])", "/opener_origins/0", "origin"},
      {"opener_origins", R"(["*"])", "/opener_origins/0", "absolute"},
      {"audiences", R"(["https://api.example/", "a\u0000b"])", "/audiences/1", "control"},
      {"opener_origins", urls + "]", "/opener_origins", "20"},
      {"completion", R"("later")", "/completion", "confirmed, immediate"},
      {"keep_password", "true", "/keep_password", "password"},
      {"config_services", R"({"webhook": "x"})", "/config_services/webhook", "unknown kind; known: token_validation"},
      {"config_services", R"({"webhook_parser": 1})", "/config_services/webhook_parser", "null"},
      {"placeholders", R"({})", "/placeholders/tenant", "required, for example contoso"},
      {"placeholders", R"({"tenant": "Contoso!"})", "/placeholders/tenant", "[a-z]+"},
      {"placeholders", R"({"tenant": "contoso", "sub": "x"})", "/placeholders/sub", "operator"},
      {"placeholders", R"({"tenant": "contoso", "a/b": "x"})", "/placeholders/a~1b", "operator"},
      {"surplus", "1", "/surplus", "unknown member; known here: "},
      {"id", R"("cred_1")", "/id", "unknown member"},
  };
  expect_faults(valid(), acme(), cases);
}

TEST(CredentialDocument, overrides_have_rules) {
  const FaultCase cases[] = {
      {"authorization_url", "", "/authorization_url", "required"},
      {"token_url", "", "/token_url", "required: custom does not fill it"},
      {"base_uri", "", "/base_uri", "required"},
      {"token_url", R"("http://own.example/token")", "/token_url", "https"},
      {"token_url", R"("https://{host}/token")", "/token_url", "not declared"},
      {"token_url", R"("own.example/token")", "/token_url", "absolute"},
      {"token_url", "1", "/token_url", "string"},
      {"revocation_url", R"("https://own.example/#")", "/revocation_url", "fragment"},
      {"base_uri", R"("https://own.example/?x=1")", "/base_uri", "query"},
      {"issuer", R"("own")", "/issuer", "absolute"},
      {"requires_iss", "true", "/issuer", "RFC 9207"},
      {"pkce", R"("off")", "/pkce", "true or false"},
      {"scope_separator", R"("")", "/scope_separator", "1 to 8"},
      {"client_authentication", R"("basic")", "/client_authentication", "none, client_secret_basic, client_secret_post"},
      {"client_authentication", R"("none")", "/client_secret", "must be absent"},
      {"rotation", R"("grace")", "/rotation_grace", "required"},
      {"rotation_grace", "86401", "/rotation_grace", "86400"},
      {"account", R"({"from": "userinfo", "path": "sub"})", "/userinfo_url", "required"},
      {"account", R"({"from": "token_response"})", "/account/path", "required"},
      {"account", R"({"from": "guess", "path": "x"})", "/account/from", "token_response"},
      {"account", R"({"from": null, "path": "x"})", "/account/from", "required"},
      {"account", R"({"from": "id_token", "path": "sub", "x": 1})", "/account/x", "unknown"},
      {"authorization_params", R"({"state": "x"})", "/authorization_params/state", "set by the broker"},
      {"token_params", R"({"code": "x"})", "/token_params/code", "set by the broker"},
      {"refresh_params", R"({"x": "{y}"})", "/refresh_params/x", "not declared"},
      {"callback_key", R"("short")", "/callback_key", "16 to 64"},
      {"callback_key", R"("0123456789/../abc")", "/callback_key", "callback-keys"},
  };
  expect_faults(custom(), custom_integration(), cases);
}

TEST(CredentialDocument, bounds_are_inclusive) {
  auto document = valid();
  document["name"] = std::string(100, 'x');
  document["description"] = std::string(1000, 'x');
  document["client_id"] = std::string(512, 'x');
  document["scopes"] = json::array{std::string(256, 'x')};
  EXPECT_TRUE(read_credential(document, acme(), kRules));
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  document["name"] = umlauts;
  EXPECT_TRUE(read_credential(document, acme(), kRules)) << "characters, not bytes";
  document["name"] = umlauts + "x";
  EXPECT_FALSE(read_credential(document, acme(), kRules));
}

TEST(CredentialDocument, several_bad_fields_give_several_entries) {
  const auto read = read_credential(
      json::parse(
          R"({"name": "", "grant_type": "x", "scopes": ["a b", "ok", "c d"], "token_url": "x", "completion": "y", "surplus": 1, "config_services": {"a": 1, "b": 2}})"),
      custom_integration(), kRules);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kInvalidInput);
  std::vector<std::string> pointers;
  for (const auto& field : read.error().fields) pointers.push_back(field.pointer);
  EXPECT_THAT(pointers, testing::UnorderedElementsAre("/name", "/grant_type", "/client_id", "/scopes/0", "/scopes/2", "/token_url",
                                                      "/completion", "/surplus", "/config_services/a", "/config_services/b",
                                                      "/authorization_url", "/base_uri", "/client_secret"));
}

TEST(CredentialDocument, loopback_may_use_plain_http) {
  auto document = custom();
  document["authorization_url"] = "http://127.0.0.1:9000/authorize";
  document["token_url"] = "http://localhost:9000/token";
  document["base_uri"] = "http://[::1]:9000/api";
  EXPECT_TRUE(read_credential(document, custom_integration(), kRules));
}

TEST(CredentialDocument, checklist_23_redirect_uri_is_https_or_loopback) {
  for (const std::string_view refused :
       {"http://app.example/cb", "com.example.app:/cb", "/cb", "https://app.example/cb#x", "javascript:alert(1)"}) {
    auto document = custom();
    document["redirect_uri"] = refused;
    const auto read = read_credential(document, custom_integration(), kRules);
    ASSERT_FALSE(read) << refused;
    EXPECT_EQ(read.error().fields[0].pointer, "/redirect_uri");
  }
  for (const std::string_view accepted : {"https://app.example/cb", "http://127.0.0.1:3000/cb", "http://localhost/cb"}) {
    auto document = custom();
    document["redirect_uri"] = accepted;
    const auto read = read_credential(document, custom_integration(), kRules);
    ASSERT_TRUE(read) << accepted;
    EXPECT_EQ(read->credential.overrides.redirect_uri, accepted);
  }
}

TEST(CredentialDocument, security_s02_own_callback_is_no_override_and_another_s_is_refused) {
  constexpr std::string_view kKey = "0123456789abcdefghijkl";
  auto document = custom();
  document["callback_key"] = kKey;
  document["redirect_uri"] = "https://broker.example/oauth/callback/custom/0123456789abcdefghijkl";
  const auto read = read_credential(document, custom_integration(), kRules);
  ASSERT_TRUE(read) << faults_of(read.error());
  EXPECT_FALSE(read->credential.overrides.redirect_uri);
  EXPECT_EQ(read->credential.callback_key, kKey);
  EXPECT_EQ(own_redirect_uri(read->credential, kRules), "https://broker.example/oauth/callback/custom/0123456789abcdefghijkl");

  for (const std::string_view foreign : {"https://broker.example/oauth/callback/github", "https://broker.example/oauth/callback/custom",
                                         "https://broker.example/oauth/callback/custom/another-key-of-someone"}) {
    document["redirect_uri"] = foreign;
    EXPECT_FALSE(read_credential(document, custom_integration(), kRules)) << foreign;
  }
}

TEST(CredentialDocument, security_s12_pkce_off_with_a_foreign_redirect_uri_is_refused) {
  auto document = custom();
  document["redirect_uri"] = "https://app.example/cb";
  document["pkce"] = false;
  const auto read = read_credential(document, custom_integration(), kRules);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fields[0].pointer, "/pkce");
  document.erase("pkce");
  auto without_pkce = custom_integration();
  without_pkce.pkce = false;
  EXPECT_FALSE(read_credential(document, without_pkce, kRules)) << "off by the record";
  EXPECT_TRUE(read_credential(document, custom_integration(), kRules));
}

TEST(CredentialDocument, checklist_14_no_token_in_the_front_channel_and_what_a_later_version_builds_says_so) {
  const std::pair<std::string_view, json::value> cases[] = {
      {"response_type", "token"},
      {"response_type", "code id_token"},
      {"response_type", "id_token token"},
      {"response_type", "code token"},
      {"client_authentication", "private_key_jwt"},
      {"client_authentication", "client_secret_jwt"},
      {"client_authentication", "tls_client_auth"},
      {"legacy", true},
  };
  for (const auto& [member, value] : cases) {
    auto document = custom();
    document[member] = value;
    const auto read = read_credential(document, custom_integration(), kRules);
    ASSERT_FALSE(read) << member;
    EXPECT_EQ(read.error().code, Code::kNotSupported) << member;
    ASSERT_EQ(read.error().fields.size(), 1U) << member;
    EXPECT_THAT(read.error().fields[0].pointer, HasSubstr(std::string(member)));
    EXPECT_THAT(read.error().fields[0].detail, HasSubstr("comes with a later version"));
    document["name"] = "";
    const auto both = read_credential(document, custom_integration(), kRules);
    EXPECT_EQ(both.error().code, Code::kInvalidInput) << "what is wrong comes first";
    EXPECT_EQ(both.error().fields.size(), 2U);
  }
}

TEST(CredentialDocument, checklist_19_password_grant_can_be_forbidden) {
  auto document = custom();
  document["grant_type"] = "password";
  document["keep_password"] = true;
  document.erase("authorization_url");
  EXPECT_TRUE(read_credential(document, custom_integration(), kRules));
  auto rules = kRules;
  rules.policy.forbid_password_grant = true;
  const auto read = read_credential(document, custom_integration(), rules);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kPolicyForbids);
  EXPECT_EQ(read.error().fields[0].pointer, "/grant_type");
}

TEST(CredentialDocument, grant_must_be_the_integration_s) {
  auto integration = acme();
  integration.grant_types = {"authorization_code"};
  auto document = valid();
  document["grant_type"] = "client_credentials";
  const auto read = read_credential(document, integration, kRules);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().fields[0].detail, HasSubstr("authorization_code"));
}

TEST(CredentialDocument, public_client_has_no_secret) {
  auto document = custom();
  document["client_authentication"] = "none";
  document.erase("client_secret");
  const auto read = read_credential(document, custom_integration(), kRules);
  ASSERT_TRUE(read) << faults_of(read.error());
  EXPECT_FALSE(read->client_secret);
  document["grant_type"] = "client_credentials";
  EXPECT_FALSE(read_credential(document, custom_integration(), kRules)) << "RFC 6749 section 4.4";
}

TEST(CredentialDocument, account_of_the_id_token_needs_the_scope_that_gives_one) {
  auto integration = acme();
  integration.account = {.from = AccountSource::From::kIdToken, .path = "sub"};
  integration.default_scopes = {"openid"};
  auto document = valid();
  EXPECT_TRUE(read_credential(document, integration, kRules));
  document["scopes"] = json::array{"read"};
  const auto read = read_credential(document, integration, kRules);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fields.at(0).pointer, "/scopes");
  document["scopes"] = json::array{"read", "openid"};
  EXPECT_TRUE(read_credential(document, integration, kRules));
  document["scopes"] = json::array{"read"};
  document["account"] = json::object{{"from", "nothing"}};
  EXPECT_TRUE(read_credential(document, integration, kRules));
}

TEST(CredentialDocument, names_its_integration) {
  EXPECT_EQ(*integration_slug_of(valid()), "acme");
  for (const std::string_view wrong : {"[]", "{}", R"({"integration": 1})", R"({"integration": "../x"})", R"({"integration": null})"})
    EXPECT_EQ(integration_slug_of(json::parse(wrong)).error().fields.at(0).pointer, "/integration") << wrong;
}

}  // namespace
}  // namespace valetkey::model
