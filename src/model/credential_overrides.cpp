#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/config_service_kinds.hpp"
#include "model/credential_members.hpp"
#include "model/effective.hpp"
#include "model/enum_spelling.hpp"
#include "model/integration_rules.hpp"
#include "model/url_template.hpp"

namespace valetkey::model {
namespace {

constexpr TextLimits kUrlText{.least = 1, .most = 2048};
constexpr std::int64_t kOneDay = 24 * 3600;

/// A value replaces the override, null removes it, absence keeps it.
template <class T>
void apply(CredentialReading& reading, std::string_view name, std::optional<T>& override, std::optional<T> value) {
  if (given(reading.reader, name) == Given::kNull) override.reset();
  if (value) override = std::move(value);
}

struct UrlOverride {
  std::string_view name;
  std::optional<std::string> Overrides::* member;
};
constexpr UrlOverride kUrlOverrides[] = {{"authorization_url", &Overrides::authorization_url},
                                         {"token_url", &Overrides::token_url},
                                         {"refresh_url", &Overrides::refresh_url},
                                         {"revocation_url", &Overrides::revocation_url},
                                         {"introspection_url", &Overrides::introspection_url},
                                         {"userinfo_url", &Overrides::userinfo_url},
                                         {"base_uri", &Overrides::base_uri},
                                         {"issuer", &Overrides::issuer}};

std::optional<std::string> check_url(std::string_view name, const std::string& text, const std::vector<Placeholder>& placeholders) {
  if (auto wrong = check_url_template(text, placeholders, PlainHttp::kLoopback)) return wrong;
  if (auto wrong = check_known_in_time(name, text, placeholders)) return wrong;
  if ((name == "base_uri" || name == "issuer") && text.contains('?')) return "must not have a query";
  return std::nullopt;
}

void read_endpoint_urls(CredentialReading& reading) {
  for (const auto& [name, member] : kUrlOverrides) {
    auto text = reading.reader.optional_string(name, kUrlText);
    if (text)
      if (auto wrong = check_url(name, *text, reading.integration.placeholders)) reading.reader.error(name, std::move(*wrong));
    apply(reading, name, reading.out.credential.overrides.*member, std::move(text));
  }
}

void read_parameters(CredentialReading& reading, std::string_view name, ParameterPlace place, std::optional<Parameters>& into) {
  constexpr std::string_view kExchange[] = {"access_token"};
  const bool may_name_token = place == ParameterPlace::kRefresh && reading.integration.refresh == RefreshBy::kExchange;
  const auto reserved = may_name_token ? std::span(kExchange) : std::span<const std::string_view>{};
  auto parameters = reading.reader.optional_pairs(name);
  if (parameters)
    for (const auto& [key, value] : *parameters) {
      auto wrong = check_parameter_name(key, place);
      if (!wrong) wrong = check_placeholders_in(value, reading.integration.placeholders, reserved);
      if (wrong) reading.errors.push_back({pointer_to(pointer_to("", name), key), std::move(*wrong)});
    }
  apply(reading, name, into, std::move(parameters));
}

void read_account(CredentialReading& reading) {
  std::optional<AccountSource> account;
  if (auto object = reading.reader.optional_object("account")) {
    const auto from = object->optional_choice<AccountSource::From>("from", spellings<AccountSource::From>());
    if (object->raw("from") == nullptr) object->error("from", "is required");
    account = AccountSource{.from = from.value_or(AccountSource::From::kNothing), .path = object->string_or("path", "")};
    if (account->from != AccountSource::From::kNothing && account->path.empty()) object->error("path", "is required");
    object->finish();
  }
  apply(reading, "account", reading.out.credential.overrides.account, std::move(account));
}

void read_client_authentication(CredentialReading& reading) {
  constexpr std::string_view kLater[] = {"private_key_jwt", "client_secret_jwt", "tls_client_auth"};
  auto& override = reading.out.credential.overrides.client_authentication;
  if (const auto* raw = reading.reader.raw("client_authentication"); raw != nullptr && raw->is_string())
    for (const auto later : kLater)
      if (std::string_view(raw->as_string()) == later) {
        reading.later.push_back(
            {"/client_authentication",
             fmt::format("{} comes with a later version; accepted: none, client_secret_basic, client_secret_post", later)});
        return;
      }
  apply(reading, "client_authentication", override,
        reading.reader.optional_choice<ClientAuthentication>("client_authentication", spellings<ClientAuthentication>()));
}

bool is_callback_key(std::string_view text) {
  const auto is_key_char = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  return text.size() >= 16 && text.size() <= 64 && std::ranges::all_of(text, is_key_char);
}

/// The broker's own callback is no override; with a callback key in it, a new credential takes that key.
void read_redirect_uri(CredentialReading& reading) {
  auto& credential = reading.out.credential;
  auto& override = credential.overrides.redirect_uri;
  if (given(reading.reader, "redirect_uri") == Given::kNull) override.reset();
  auto text = reading.reader.optional_string("redirect_uri", kUrlText);
  if (!text) return;
  const auto with_key = reading.rules.public_url + callback_path(reading.integration.slug, "") + "/";
  const bool may_take_key = reading.is_new && credential.callback_key.empty() && text->starts_with(with_key);
  if (may_take_key && is_callback_key(text->substr(with_key.size()))) credential.callback_key = text->substr(with_key.size());
  const auto own = own_redirect_uri(credential, reading.rules);
  if (*text == own) {
    override.reset();
    return;
  }
  const auto callbacks = reading.rules.public_url + "/oauth/callback/";
  if (!reading.rules.public_url.empty() && text->starts_with(callbacks))
    return reading.reader.error("redirect_uri",
                                fmt::format("is a callback of this broker, but not this credential's; leave it out, or use {}", own));
  if (const auto url = parse_endpoint_url(*text); !url) return reading.reader.error("redirect_uri", url.error().detail);
  override = std::move(text);
}

void read_callback_key(CredentialReading& reading) {
  auto& credential = reading.out.credential;
  const auto key = reading.reader.optional_string("callback_key", {.least = 16, .most = 64});
  if (!key) return;
  if (!is_callback_key(*key)) return reading.reader.error("callback_key", "must be a key that POST /v1/callback-keys gave");
  if (!reading.is_new && *key != credential.callback_key)
    return reading.reader.error("callback_key", "cannot change; make another credential");
  credential.callback_key = *key;
}

void check_urls_given(const Credential& credential, const Integration& effective, std::vector<FieldError>& errors) {
  const auto require = [&](const std::string& url, std::string_view name) {
    if (!url.empty() || std::ranges::any_of(errors, [&](const FieldError& error) { return error.pointer.substr(1) == name; })) return;
    errors.push_back({pointer_to("", name), fmt::format("is required: {} does not fill it", effective.slug)});
  };
  if (credential.grant_type == GrantType::kAuthorizationCode) require(effective.authorization_url, "authorization_url");
  require(effective.token_url, "token_url");
  require(effective.base_uri, "base_uri");
}

void check_placeholders_given(const Credential& credential, const Integration& effective, std::vector<FieldError>& errors) {
  const auto used = used_placeholders(effective);
  for (const auto& placeholder : effective.placeholders) {
    const bool is_needed = placeholder.filled_by == FilledBy::kOperator && used.contains(placeholder.name) && !placeholder.is_optional &&
                           placeholder.default_value.empty();
    const auto pointer = pointer_to("/placeholders", placeholder.name);
    const auto is_told = std::ranges::any_of(errors, [&](const FieldError& error) { return error.pointer == pointer; });
    if (is_needed && !is_told && !credential.placeholders.contains(placeholder.name))
      errors.push_back(
          {pointer, fmt::format("is required{}", placeholder.example.empty() ? "" : fmt::format(", for example {}", placeholder.example))});
  }
}

/// Without the scope there is no ID token, and every connection would fail for want of its account.
void check_account_scope(CredentialReading& reading, const Integration& effective) {
  const auto& credential = reading.out.credential;
  const bool is_asked = effective.account.from == AccountSource::From::kIdToken && credential.grant_type == GrantType::kAuthorizationCode;
  if (is_asked && credential.scopes_set && std::ranges::find(credential.scopes, "openid") == credential.scopes.end())
    reading.reader.error(
        "scopes", "must hold openid, because the id of the account is read from the ID token; or set account to {\"from\": \"nothing\"}");
}

void check_secret(CredentialReading& reading, const Integration& effective) {
  const auto& credential = reading.out.credential;
  const bool is_public = effective.client_authentication == ClientAuthentication::kNone;
  if (is_public && reading.out.client_secret)
    reading.reader.error("client_secret", "must be absent for a public client (client_authentication none)");
  if (!is_public && reading.is_new && given(reading.reader, "client_secret") != Given::kValue)
    reading.reader.error("client_secret", "is required; a public client says client_authentication none");
  if (is_public && credential.grant_type == GrantType::kClientCredentials)
    reading.reader.error("client_authentication", "none cannot be used with the grant client_credentials (RFC 6749 section 4.4)");
}

void check_custom(CredentialReading& reading) {
  const auto& credential = reading.out.credential;
  if (!credential.custom) return;
  for (const auto kind : kCustomServiceKinds) {
    // A token of the client's own is generated again where it is not refreshed.
    const bool is_optional = kind == "token_refreshal" && credential.grant_type == GrantType::kClientCredentials;
    const auto named = credential.config_services.find(std::string(kind));
    if (!is_optional && (named == credential.config_services.end() || named->second.empty()))
      reading.errors.push_back({pointer_to("/config_services", kind), "is required with custom"});
  }
}

}  // namespace

void read_overrides(CredentialReading& reading) {
  auto& reader = reading.reader;
  auto& set = reading.out.credential.overrides;
  read_endpoint_urls(reading);
  apply(reading, "requires_iss", set.requires_iss, reader.optional_bool("requires_iss"));
  apply(reading, "pkce", set.pkce, reader.optional_bool("pkce"));
  apply(reading, "scope_separator", set.scope_separator, reader.optional_string("scope_separator", {.least = 1, .most = 8}));
  read_client_authentication(reading);
  apply(reading, "rotation", set.rotation, reader.optional_choice<Rotation>("rotation", spellings<Rotation>()));
  const auto grace = reader.optional_integer("rotation_grace", 1, kOneDay);
  apply(reading, "rotation_grace", set.rotation_grace, grace ? std::optional(Seconds(*grace)) : std::nullopt);
  read_account(reading);
  read_parameters(reading, "authorization_params", ParameterPlace::kAuthorization, set.authorization_params);
  read_parameters(reading, "token_params", ParameterPlace::kToken, set.token_params);
  read_parameters(reading, "refresh_params", ParameterPlace::kRefresh, set.refresh_params);
  read_callback_key(reading);
  read_redirect_uri(reading);
}

void check_credential(CredentialReading& reading) {
  const auto& credential = reading.out.credential;
  const auto effective = effective_integration(reading.integration, credential.overrides);
  check_urls_given(credential, effective, reading.errors);
  check_placeholders_given(credential, effective, reading.errors);
  check_secret(reading, effective);
  check_custom(reading);
  check_account_scope(reading, effective);
  if (!effective.pkce && credential.overrides.redirect_uri)
    reading.reader.error("pkce", "off together with a foreign redirect_uri is refused: a stolen code would be enough (S12)");
  if (credential.keep_password && credential.grant_type != GrantType::kPassword)
    reading.reader.error("keep_password", "is for the grant password only");
  if (effective.rotation == Rotation::kGrace && effective.rotation_grace == Seconds{0})
    reading.reader.error("rotation_grace", "is required with rotation grace, in seconds");
  if (effective.requires_iss && effective.issuer.empty()) reading.reader.error("issuer", "is required with requires_iss (RFC 9207)");
  if (effective.account.from == AccountSource::From::kUserinfo && effective.userinfo_url.empty())
    reading.reader.error("userinfo_url", "is required with account/from userinfo");
}

}  // namespace valetkey::model
