#include "model/credential_document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/credential_members.hpp"
#include "model/effective.hpp"
#include "model/integration_document.hpp"

namespace valetkey::model {
namespace {

Result<CredentialInput> read(const boost::json::value& document, Credential from, bool is_new, const Integration& integration,
                             const CredentialRules& rules) {
  constexpr std::string_view kDoing = "read the credential";
  if (!document.is_object()) return fail(invalid_input(fmt::format("{}: it is not an object", kDoing), {{"", "must be an object"}}));
  CredentialInput out{.credential = std::move(from)};
  std::vector<FieldError> errors, later, forbidden;
  JsonReader reader(document.as_object(), "", errors);
  CredentialReading reading{reader, integration, rules, is_new, out, errors, later, forbidden};
  read_own_members(reading);
  read_overrides(reading);
  read_named_values(reading);
  reader.finish();
  check_credential(reading);
  if (errors.empty() && later.empty() && forbidden.empty()) return out;
  const auto code = !errors.empty() ? Code::kInvalidInput : !later.empty() ? Code::kNotSupported : Code::kPolicyForbids;
  for (auto* more : {&later, &forbidden}) errors.insert(errors.end(), more->begin(), more->end());
  return fail(Error{
      .code = code, .detail = fmt::format("{}: {} of its members cannot be accepted", kDoing, errors.size()), .fields = std::move(errors)});
}

/// The members whose change makes a new set, in words.
std::vector<std::string_view> changed_members(const EndpointSet& a, const EndpointSet& b) {
  std::vector<std::string_view> out;
  const auto compare = [&](std::string_view name, const auto& before, const auto& after) {
    if (before != after) out.push_back(name);
  };
  compare("client_id", a.client_id, b.client_id);
  compare("authorization_url", a.authorization_url, b.authorization_url);
  compare("token_url", a.token_url, b.token_url);
  compare("refresh_url", a.refresh_url, b.refresh_url);
  compare("revocation_url", a.revocation_url, b.revocation_url);
  compare("introspection_url", a.introspection_url, b.introspection_url);
  compare("userinfo_url", a.userinfo_url, b.userinfo_url);
  compare("base_uri", a.base_uri, b.base_uri);
  compare("issuer", a.issuer, b.issuer);
  compare("redirect_uri", a.redirect_uri, b.redirect_uri);
  compare("client_authentication", a.client_authentication, b.client_authentication);
  compare("the integration's headers", a.proxy_headers, b.proxy_headers);
  compare("the integration's query parameters", a.proxy_query, b.proxy_query);
  compare("the integration's look-ups", a.lookups, b.lookups);
  compare("placeholders", a.placeholders, b.placeholders);
  compare("the integration's rules for its placeholders", a.host_rules, b.host_rules);
  compare("config_services", a.config_services, b.config_services);
  return out;
}

}  // namespace

Result<std::string> integration_slug_of(const boost::json::value& document) {
  std::vector<FieldError> errors;
  const boost::json::object none;
  JsonReader reader(document.is_object() ? document.as_object() : none, "", errors);
  auto slug = reader.required_string("integration");
  if (errors.empty() && !is_slug(slug)) reader.error("integration", "must be the slug of an integration");
  if (!errors.empty()) return fail(invalid_input("read the credential: which integration it is for", std::move(errors)));
  return slug;
}

Result<CredentialInput> read_credential(const boost::json::value& document, const Integration& integration, const CredentialRules& rules) {
  return read(document, Credential{}, true, integration, rules);
}

Result<CredentialInput> read_credential_change(const boost::json::value& document, const Credential& current,
                                               const Integration& integration, const CredentialRules& rules) {
  return read(document, current, false, integration, rules);
}

std::optional<FieldError> check_secret_again(const EndpointSet& before, const EndpointSet& after, bool secret_given) {
  if (secret_given || after.client_authentication == ClientAuthentication::kNone) return std::nullopt;
  if (same_endpoints(before, after) || only_narrows_base_path(before, after)) return std::nullopt;
  return FieldError{"/client_secret", fmt::format("must be given again in the same request, because this changes where it is sent: {} (S1)",
                                                  fmt::join(changed_members(before, after), ", "))};
}

std::string own_redirect_uri(const Credential& credential, const CredentialRules& rules) {
  return rules.public_url + callback_path(credential.integration, credential.callback_key);
}

}  // namespace valetkey::model
