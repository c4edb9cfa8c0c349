#include <boost/json.hpp>

#include "model/enum_spelling.hpp"
#include "model/integration_document.hpp"
#include "model/integration_rules.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;

/// Members of one object; what equals its default is left out.
class Members {
 public:
  Members& text(std::string_view name, const std::string& value, std::string_view absent = {}) {
    if (value != absent) out_.emplace(name, value);
    return *this;
  }
  Members& flag(std::string_view name, bool value, bool absent = false) {
    if (value != absent) out_.emplace(name, value);
    return *this;
  }
  template <class Enum>
  Members& choice(std::string_view name, Enum value, Enum absent) {
    if (value != absent) out_.emplace(name, json::string(spelling(value)));
    return *this;
  }
  Members& seconds(std::string_view name, std::optional<Seconds> value) {
    if (value && value->count() > 0) out_.emplace(name, static_cast<std::int64_t>(value->count()));
    return *this;
  }
  Members& list(std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) out_.emplace(name, json::array(values.begin(), values.end()));
    return *this;
  }
  Members& statuses(std::string_view name, const std::vector<int>& values) {
    return nested(name, json::array(values.begin(), values.end()));
  }
  /// Parameters, headers or a map of texts.
  template <class Pairs>
  Members& pairs(std::string_view name, const Pairs& values) {
    if (values.empty()) return *this;
    json::object object;
    for (const auto& [key, value] : values) object.emplace(key, value);
    out_.emplace(name, std::move(object));
    return *this;
  }
  Members& nested(std::string_view name, json::object value) {
    if (!value.empty()) out_.emplace(name, std::move(value));
    return *this;
  }
  Members& nested(std::string_view name, json::array value) {
    if (!value.empty()) out_.emplace(name, std::move(value));
    return *this;
  }
  json::object take() { return std::move(out_); }

 private:
  json::object out_;
};

const Integration kDefaults;

json::object placeholder_object(const Placeholder& each) {
  json::object out{{"name", each.name}, {"filled_by", json::string(spelling(each.filled_by))}};
  auto rest = Members()
                  .text("title", each.title)
                  .text("description", each.description)
                  .text("example", each.example)
                  .text("pattern", each.pattern)
                  .list("choices", each.choices)
                  .list("host_suffixes", each.host_suffixes)
                  .text("default", each.default_value)
                  .flag("optional", each.is_optional)
                  .take();
  for (auto& [key, value] : rest) out.emplace(key, std::move(value));
  return out;
}

template <class Items, class ToObject>
json::array array_of(const Items& items, ToObject to_object) {
  json::array out;
  for (const auto& each : items) out.push_back(to_object(each));
  return out;
}

json::object response_object(const TokenResponseShape& shape) {
  return Members()
      .text("access_token", shape.access_token)
      .text("refresh_token", shape.refresh_token)
      .text("token_type", shape.token_type)
      .text("scope", shape.scope)
      .text("expires_in", shape.expires_in)
      .text("expires_at", shape.expires_at)
      .text("refresh_token_expires_in", shape.refresh_token_expires_in)
      .text("id_token", shape.id_token)
      .text("error", shape.error)
      .text("scope_separator", shape.scope_separator)
      .choice("unit", shape.unit, LifetimeUnit::kSeconds)
      .seconds("default_lifetime", shape.default_lifetime)
      .take();
}

json::object token_object(const NamedToken& token) {
  return Members()
      .text("name", token.name)
      .text("access_token", token.access_token)
      .text("refresh_token", token.refresh_token)
      .text("expires_in", token.expires_in)
      .text("scope", token.scope)
      .take();
}

json::object account_object(const AccountSource& account) {
  if (account.from == AccountSource::From::kNothing) return {};
  return {{"from", json::string(spelling(account.from))}, {"path", account.path}};
}

json::object lookup_object(const LookUp& lookup) {
  return Members()
      .text("name", lookup.name)
      .text("url", lookup.url)
      .text("items", lookup.items)
      .text("label", lookup.label)
      .nested("choose",
              Members().text("by", lookup.choose.by).list("among", lookup.choose.among).text("default", lookup.choose.default_flag).take())
      .pairs("fill", lookup.fill)
      .take();
}

json::object expired_body_object(const ExpiredBody& rule) {
  return Members().statuses("statuses", rule.statuses).text("path", rule.path).list("values", rule.values).take();
}

json::object rate_limit_object(const RateLimitSignal& signal) {
  return Members()
      .statuses("statuses", signal.statuses)
      .text("remaining_header", signal.remaining_header)
      .text("reset_header", signal.reset_header)
      .choice("reset_unit", signal.reset_unit, ResetUnit::kSeconds)
      .take();
}

json::object proxy_object(const ProxyFacts& proxy) {
  return Members()
      .pairs("headers", proxy.headers)
      .pairs("query", proxy.query)
      .statuses("expired_statuses", proxy.expired_statuses)
      .nested("expired_body", expired_body_object(proxy.expired_body))
      .nested("rate_limit", rate_limit_object(proxy.rate_limit))
      .take();
}

void add_about(Members& out, const Integration& integration) {
  out.text("slug", integration.slug)
      .text("name", integration.name)
      .text("description", integration.description)
      .flag("custom", integration.is_custom)
      .text("documentation_url", integration.documentation_url)
      .text("registration_url", integration.registration_url)
      .text("checked_on", integration.checked_on);
}

void add_flow(Members& out, const Integration& integration) {
  for (const auto& [name, member] : kUrlMembers) out.text(name, integration.*member);
  out.flag("requires_iss", integration.requires_iss)
      .list("grant_types", integration.grant_types)
      .nested("placeholders", array_of(integration.placeholders, placeholder_object))
      .pairs("authorization_params", integration.authorization_params)
      .pairs("token_params", integration.token_params)
      .pairs("refresh_params", integration.refresh_params)
      .pairs("authorization_rename", integration.authorization_rename)
      .text("token_grant_type", integration.token_grant_type)
      .flag("pkce", integration.pkce, true)
      .flag("nonce", integration.nonce, true)
      .text("scope_separator", integration.scope_separator, kDefaults.scope_separator)
      .text("audience_parameter", integration.audience_parameter, kDefaults.audience_parameter)
      .list("default_scopes", integration.default_scopes)
      .nested("scopes",
              array_of(integration.scopes,
                       [](const ScopeFacts& scope) { return json::object{{"name", scope.name}, {"description", scope.description}}; }))
      .choice("client_authentication", integration.client_authentication, kDefaults.client_authentication)
      .choice("token_body", integration.token_body, kDefaults.token_body)
      .nested("callback", Members().text("code", integration.callback_code, kDefaults.callback_code).take());
}

void add_tokens(Members& out, const Integration& integration) {
  out.nested("response", response_object(integration.response))
      .nested("tokens", array_of(integration.tokens, token_object))
      .nested("capture",
              Members().pairs("token_response", integration.capture.token_response).pairs("callback", integration.capture.callback).take())
      .nested("lookups", array_of(integration.lookups, lookup_object))
      .nested("account", account_object(integration.account))
      .choice("refresh", integration.refresh, kDefaults.refresh)
      .choice("rotation", integration.rotation, kDefaults.rotation)
      .seconds("rotation_grace", integration.rotation_grace)
      .seconds("refresh_token_lifetime", integration.refresh_token_lifetime)
      .seconds("refresh_token_idle", integration.refresh_token_idle)
      .text("revocation_scope", integration.revocation_ends_all_grants ? "account" : "")
      .nested("proxy", proxy_object(integration.proxy))
      .pairs("config_services", integration.config_services);
}

}  // namespace

json::value to_json(const Integration& integration) {
  Members out;
  add_about(out, integration);
  add_flow(out, integration);
  add_tokens(out, integration);
  return out.take();
}

}  // namespace valetkey::model
