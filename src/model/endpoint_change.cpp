#include <boost/json.hpp>
#include <set>

#include "model/effective.hpp"
#include "model/enum_spelling.hpp"
#include "model/integration_rules.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;

/// The part of a placeholder that decides which host a value can name; frozen with the set, or a later closed list with one more
/// member would send the client secret there (S1, S3).
std::string host_rule(const Placeholder& placeholder) {
  json::object rule{{"filled_by", json::string(spelling(placeholder.filled_by))}};
  if (!placeholder.choices.empty()) rule.emplace("choices", json::array(placeholder.choices.begin(), placeholder.choices.end()));
  if (!placeholder.host_suffixes.empty())
    rule.emplace("host_suffixes", json::array(placeholder.host_suffixes.begin(), placeholder.host_suffixes.end()));
  return json::serialize(rule);
}

/// A rule that cannot be read leaves a placeholder that nothing may fill.
Placeholder with_host_rule(Placeholder placeholder, std::string_view rule) {
  placeholder.choices = {""};  // no value is one of these
  placeholder.host_suffixes.clear();
  const auto parsed = parse_json(rule);
  if (!parsed || !parsed->is_object()) return placeholder;
  std::vector<FieldError> errors;
  JsonReader reader(parsed->as_object(), "", errors);
  const auto filled_by = spelled<FilledBy>(reader.string_or("filled_by", ""));
  if (!filled_by) return placeholder;
  placeholder.filled_by = *filled_by;
  placeholder.choices = reader.optional_strings("choices", 1000).value_or(std::vector<std::string>{});
  placeholder.host_suffixes = reader.optional_strings("host_suffixes", 1000).value_or(std::vector<std::string>{});
  return placeholder;
}

std::map<std::string, std::string> host_rules_of(const Integration& effective) {
  std::map<std::string, std::string> out;
  const auto add = [&](std::string_view url) {
    for (const auto& name : host_placeholder_names(url))
      if (const auto* placeholder = find_placeholder(effective.placeholders, name)) out.emplace(name, host_rule(*placeholder));
  };
  for (const auto& [url, member] : kUrlMembers) add(effective.*member);
  for (const auto& lookup : effective.lookups) add(lookup.url);
  return out;
}

/// The live rules of the look-ups that the set knows, each at the set's URL. One that the set does not know is not made: nobody agreed
/// that its URL receives a token.
std::vector<LookUp> lookups_in_force(std::vector<LookUp> live, const Parameters& agreed) {
  std::erase_if(live, [&](LookUp& lookup) {
    const auto known = std::ranges::find(agreed, lookup.name, &Parameters::value_type::first);
    if (known == agreed.end()) return true;
    lookup.url = known->second;
    return false;
  });
  return live;
}

std::map<std::string, std::string> operator_values(const Credential& credential, const Integration& integration) {
  std::map<std::string, std::string> out;
  for (const auto& placeholder : integration.placeholders) {
    if (placeholder.filled_by != FilledBy::kOperator) continue;
    const auto given = credential.placeholders.find(placeholder.name);
    const auto& value = given == credential.placeholders.end() ? placeholder.default_value : given->second;
    if (!value.empty()) out.emplace(placeholder.name, value);
  }
  return out;
}

/// The path with one slash at its end, so that a prefix of it ends at a segment.
std::string with_slash(std::string_view path) {
  std::string out(path);
  if (!out.ends_with('/')) out += '/';
  return out;
}

/// The hash of what is in force, whatever it was sealed under.
std::string hash_in_force(EndpointSet set) {
  set.sealed_base_uri.clear();
  return set.hash();
}

bool is_longer_path(std::string_view before, std::string_view after) {
  const auto old_parts = split_base_uri(before);
  const auto new_parts = split_base_uri(after);
  return old_parts && new_parts && old_parts->first == new_parts->first &&
         with_slash(new_parts->second).starts_with(with_slash(old_parts->second));
}

}  // namespace

EndpointSet make_endpoint_set(const Credential& credential, const Integration& integration, std::string_view own_redirect_uri) {
  const auto effective = effective_integration(integration, credential.overrides);
  EndpointSet set;
  set.credential = credential.id;
  set.tenant = credential.tenant;
  set.client_id = credential.client_id;
  set.authorization_url = effective.authorization_url;
  set.token_url = effective.token_url;
  set.refresh_url = effective.refresh_url;
  set.revocation_url = effective.revocation_url;
  set.introspection_url = effective.introspection_url;
  set.userinfo_url = effective.userinfo_url;
  set.base_uri = effective.base_uri;
  set.issuer = effective.issuer;
  set.redirect_uri = credential.overrides.redirect_uri.value_or(std::string(own_redirect_uri));
  set.client_authentication = effective.client_authentication;
  set.proxy_headers = effective.proxy.headers;
  set.proxy_query = effective.proxy.query;
  for (const auto& lookup : effective.lookups) set.lookups.emplace_back(lookup.name, lookup.url);
  set.placeholders = operator_values(credential, integration);
  set.host_rules = host_rules_of(effective);
  set.config_services = effective_config_services(credential, integration);
  return set;
}

Integration in_force(const Integration& live, const Overrides& overrides, const EndpointSet& set) {
  auto out = effective_integration(live, overrides);
  out.authorization_url = set.authorization_url;
  out.token_url = set.token_url;
  out.refresh_url = set.refresh_url;
  out.revocation_url = set.revocation_url;
  out.introspection_url = set.introspection_url;
  out.userinfo_url = set.userinfo_url;
  out.base_uri = set.base_uri;
  out.issuer = set.issuer;
  out.client_authentication = set.client_authentication;
  out.proxy.headers = set.proxy_headers;
  out.proxy.query = set.proxy_query;
  out.lookups = lookups_in_force(std::move(out.lookups), set.lookups);
  out.config_services = set.config_services;
  for (const auto& [name, rule] : set.host_rules) {
    const auto declared = std::ranges::find(out.placeholders, name, &Placeholder::name);
    if (declared == out.placeholders.end()) out.placeholders.push_back(with_host_rule({.name = name}, rule));
    else *declared = with_host_rule(std::move(*declared), rule);
  }
  return out;
}

std::map<std::string, std::string> values_in_force(const EndpointSet& set, std::map<std::string, std::string> fields) {
  for (const auto& [name, value] : set.placeholders) fields.insert_or_assign(name, value);
  return fields;
}

bool same_endpoints(const EndpointSet& a, const EndpointSet& b) { return hash_in_force(a) == hash_in_force(b); }

bool only_narrows_base_path(const EndpointSet& before, const EndpointSet& after) {
  auto widened = after;
  widened.base_uri = before.base_uri;
  return same_endpoints(before, widened) && is_longer_path(before.base_uri, after.base_uri);
}

bool has_catalogue_drift(const Credential& credential, const Integration& live, const EndpointSet& stored,
                         std::string_view own_redirect_uri) {
  return !same_endpoints(make_endpoint_set(credential, live, own_redirect_uri), stored);
}

bool needs_callback_key(const Integration& integration, const Overrides& overrides) {
  if (integration.is_custom || overrides.authorization_url || overrides.token_url || overrides.issuer) return true;
  if (integration.authorization_url.empty() || integration.token_url.empty()) return true;
  for (const auto* url : {&integration.authorization_url, &integration.token_url, &integration.issuer})
    if (!placeholder_names(*url).empty()) return true;
  return false;
}

std::string callback_path(std::string_view integration, std::string_view callback_key) {
  auto out = fmt::format("/oauth/callback/{}", integration);
  if (!callback_key.empty()) out.append("/").append(callback_key);
  return out;
}

}  // namespace valetkey::model
