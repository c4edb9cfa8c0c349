#include "model/effective.hpp"

#include "model/enum_spelling.hpp"
#include "model/placeholder_text.hpp"

namespace valetkey::model {
namespace {

constexpr std::string_view kOperator = "operator";
constexpr std::string_view kIntegration = "integration";
constexpr std::string_view kDefault = "default";

template <class T>
void replace(T& value, const std::optional<T>& override) {
  if (override) value = *override;
}

/// Where a member comes from, given the operator's value, the record's, and the value nobody set.
template <class T>
std::string origin_of_member(const std::optional<T>& override, const T& recorded, const T& unset) {
  if (override) return std::string(kOperator);
  return std::string(recorded == unset ? kDefault : kIntegration);
}

std::string operator_or_default(bool is_set) { return std::string(is_set ? kOperator : kDefault); }

void add_override_origins(std::map<std::string, std::string>& out, const Overrides& set, const Integration& record) {
  const Integration unset;
  const auto add = [&](std::string_view name, const auto& override, const auto& recorded, const auto& default_value) {
    out.emplace(name, origin_of_member(override, recorded, default_value));
  };
  add("authorization_url", set.authorization_url, record.authorization_url, unset.authorization_url);
  add("token_url", set.token_url, record.token_url, unset.token_url);
  add("refresh_url", set.refresh_url, record.refresh_url, unset.refresh_url);
  add("revocation_url", set.revocation_url, record.revocation_url, unset.revocation_url);
  add("introspection_url", set.introspection_url, record.introspection_url, unset.introspection_url);
  add("userinfo_url", set.userinfo_url, record.userinfo_url, unset.userinfo_url);
  add("base_uri", set.base_uri, record.base_uri, unset.base_uri);
  add("issuer", set.issuer, record.issuer, unset.issuer);
  add("requires_iss", set.requires_iss, record.requires_iss, unset.requires_iss);
  add("pkce", set.pkce, record.pkce, unset.pkce);
  add("scope_separator", set.scope_separator, record.scope_separator, unset.scope_separator);
  add("client_authentication", set.client_authentication, record.client_authentication, unset.client_authentication);
  add("rotation", set.rotation, record.rotation, unset.rotation);
  add("rotation_grace", set.rotation_grace, record.rotation_grace, unset.rotation_grace);
  add("account", set.account, record.account, unset.account);
  add("authorization_params", set.authorization_params, record.authorization_params, unset.authorization_params);
  add("token_params", set.token_params, record.token_params, unset.token_params);
  add("refresh_params", set.refresh_params, record.refresh_params, unset.refresh_params);
}

}  // namespace

Integration effective_integration(const Integration& integration, const Overrides& overrides) {
  Integration out = integration;
  replace(out.authorization_url, overrides.authorization_url);
  replace(out.token_url, overrides.token_url);
  replace(out.refresh_url, overrides.refresh_url);
  replace(out.revocation_url, overrides.revocation_url);
  replace(out.introspection_url, overrides.introspection_url);
  replace(out.userinfo_url, overrides.userinfo_url);
  replace(out.base_uri, overrides.base_uri);
  replace(out.issuer, overrides.issuer);
  replace(out.requires_iss, overrides.requires_iss);
  replace(out.pkce, overrides.pkce);
  replace(out.scope_separator, overrides.scope_separator);
  replace(out.client_authentication, overrides.client_authentication);
  replace(out.rotation, overrides.rotation);
  replace(out.rotation_grace, overrides.rotation_grace);
  replace(out.account, overrides.account);
  replace(out.authorization_params, overrides.authorization_params);
  replace(out.token_params, overrides.token_params);
  replace(out.refresh_params, overrides.refresh_params);
  return out;
}

std::map<std::string, std::string> effective_config_services(const Credential& credential, const Integration& integration) {
  auto out = integration.config_services;
  for (const auto& [kind, name] : credential.config_services) out.insert_or_assign(kind, name);
  std::erase_if(out, [](const auto& service) { return service.second.empty(); });
  return out;
}

std::map<std::string, std::string> origins(const Credential& credential, const Integration& integration) {
  std::map<std::string, std::string> out;
  add_override_origins(out, credential.overrides, integration);
  out.emplace("redirect_uri", operator_or_default(credential.overrides.redirect_uri.has_value()));
  out.emplace("scopes", credential.scopes_set ? kOperator : integration.default_scopes.empty() ? kDefault : kIntegration);
  out.emplace("response_type", operator_or_default(credential.response_type != Credential{}.response_type));
  out.emplace("completion", operator_or_default(credential.completion != Credential{}.completion));
  out.emplace("keep_password", operator_or_default(credential.keep_password));
  for (const auto& [kind, name] : integration.config_services) out.emplace("config_services." + kind, kIntegration);
  for (const auto& [kind, name] : credential.config_services) out.insert_or_assign("config_services." + kind, std::string(kOperator));
  for (const auto& placeholder : integration.placeholders)
    if (placeholder.filled_by == FilledBy::kOperator && !placeholder.default_value.empty())
      out.emplace("placeholders." + placeholder.name, kIntegration);
  for (const auto& [name, value] : credential.placeholders) out.insert_or_assign("placeholders." + name, std::string(kOperator));
  return out;
}

}  // namespace valetkey::model
