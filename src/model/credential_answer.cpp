#include "model/credential_answer.hpp"

#include <boost/json.hpp>

#include "model/config_service_kinds.hpp"
#include "model/effective.hpp"
#include "model/enum_spelling.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::array array_of(const std::vector<std::string>& values) { return json::array(values.begin(), values.end()); }

template <class Pairs>
json::object object_of(const Pairs& pairs) {
  json::object out;
  for (const auto& [name, value] : pairs) out.emplace(name, value);
  return out;
}

json::object config_services_of(const std::map<std::string, std::string>& services) {
  json::object out;
  for (const auto kind : kConfigServiceKinds) {
    const auto found = services.find(std::string(kind));
    out.emplace(kind, found == services.end() ? json::value(nullptr) : json::value(found->second));
  }
  for (const auto kind : kCustomServiceKinds)
    if (const auto found = services.find(std::string(kind)); found != services.end()) out.emplace(kind, found->second);
  return out;
}

json::value client_error_of(const std::optional<ClientError>& error) {
  if (!error) return nullptr;
  return json::object{{"code", error->code}, {"since", to_rfc3339(error->since)}, {"next_probe_at", to_rfc3339(error->next_probe_at)}};
}

json::array warnings_of(const std::vector<Warning>& warnings) {
  json::array out;
  for (const auto& each : warnings)
    out.push_back(json::object{{"code", each.code}, {"reference", each.reference}, {"detail", each.detail}});
  return out;
}

void add_own(json::object& out, const Credential& credential, const EndpointSet& set, const Integration& effective) {
  out["id"] = credential.id.str();
  out["name"] = credential.name;
  out["description"] = credential.description;
  out["integration"] = credential.integration;
  out["authentication_type"] = credential.authentication_type;
  out["config_services"] = config_services_of(set.config_services);
  out["custom"] = credential.custom;
  out["config_params"] = object_of(credential.config_params);
  out["grant_type"] = spelling(credential.grant_type);
  out["client_id"] = set.client_id;
  out["client_secret_set"] = !set.secrets.empty();
  out["client_secret_set_at"] = set.secrets.empty() ? json::value(nullptr) : json::value(to_rfc3339(set.secrets.front().set_at));
  out["scopes"] = array_of(credential.scopes_set ? credential.scopes : effective.default_scopes);
  out["response_type"] = credential.response_type;
  out["return_urls"] = array_of(credential.return_urls);
  out["opener_origins"] = array_of(credential.opener_origins);
  out["audiences"] = array_of(credential.audiences);
  out["completion"] = spelling(credential.completion);
  out["keep_password"] = credential.keep_password;
}

void add_endpoints(json::object& out, const EndpointSet& set) {
  out["base_uri"] = text_or_null(set.base_uri);
  out["authorization_url"] = text_or_null(set.authorization_url);
  out["token_url"] = text_or_null(set.token_url);
  out["refresh_url"] = text_or_null(set.refresh_url);
  out["revocation_url"] = text_or_null(set.revocation_url);
  out["introspection_url"] = text_or_null(set.introspection_url);
  out["userinfo_url"] = text_or_null(set.userinfo_url);
  out["issuer"] = text_or_null(set.issuer);
  out["redirect_uri"] = text_or_null(set.redirect_uri);
  out["client_authentication"] = spelling(set.client_authentication);
  out["placeholders"] = object_of(set.placeholders);
  out["endpoint_set"] = set.number;
}

void add_quirks(json::object& out, const Integration& effective) {
  out["requires_iss"] = effective.requires_iss;
  out["pkce"] = effective.pkce;
  out["scope_separator"] = effective.scope_separator;
  out["rotation"] = spelling(effective.rotation);
  out["rotation_grace"] = static_cast<std::int64_t>(effective.rotation_grace.count());
  out["account"] = json::object{{"from", json::string(spelling(effective.account.from))}, {"path", effective.account.path}};
  out["authorization_params"] = object_of(effective.authorization_params);
  out["token_params"] = object_of(effective.token_params);
  out["refresh_params"] = object_of(effective.refresh_params);
}

}  // namespace

json::object to_json(const Credential& credential, const EndpointSet& set, const Integration& live, const CredentialUrls& urls) {
  const auto effective = effective_integration(live, credential.overrides);
  json::object out;
  add_own(out, credential, set, effective);
  add_endpoints(out, set);
  add_quirks(out, effective);
  out["origins"] = object_of(origins(credential, live));
  out["webhook_url"] = text_or_null(urls.webhook_url);
  out["action_url"] = text_or_null(urls.action_url);
  out["authentication_url"] = text_or_null(set.redirect_uri);
  out["callback_url"] = text_or_null(urls.callback_url);
  out["warnings"] = warnings_of(warnings_for(credential, set, live, urls.callback_url));
  out["client_error"] = client_error_of(credential.client_error);
  out["created_at"] = to_rfc3339(credential.created_at);
  out["updated_at"] = to_rfc3339(credential.updated_at);
  return out;
}

}  // namespace valetkey::model
