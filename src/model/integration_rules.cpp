#include "model/integration_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/config_service_kinds.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"

namespace valetkey::model {
namespace {

using Errors = std::vector<FieldError>;

constexpr std::string_view kAccessToken = "access_token";

bool contains(std::span<const std::string_view> list, std::string_view text) { return std::ranges::find(list, text) != list.end(); }

void check_placeholder(const Placeholder& each, const std::string& pointer, Errors& errors) {
  const auto names = placeholder_names("{" + each.name + "}");
  if (!each.name.empty() && (names.size() != 1 || names[0] == kAccessToken))
    errors.push_back({pointer + "/name", "must be [a-z][a-z0-9_]* and not access_token"});
  if (!each.choices.empty() && !each.host_suffixes.empty())
    errors.push_back({pointer + "/host_suffixes", "stands in place of choices, not beside them"});
  for (std::size_t i = 0; i < each.host_suffixes.size(); ++i) {
    const auto& suffix = each.host_suffixes[i];
    if (!suffix.starts_with('.') || std::ranges::count(suffix, '.') < 2 || !parse_url("https://label" + suffix))
      errors.push_back({fmt::format("{}/host_suffixes/{}", pointer, i), "must be a dot and at least two labels, like .example.com"});
  }
  if (const auto wrong = each.pattern.empty() ? std::nullopt : check_pattern(each.pattern)) {
    errors.push_back({pointer + "/pattern", *wrong});
    return;
  }
  for (const auto& [member, value] : {std::pair("/default", &each.default_value), std::pair("/example", &each.example)})
    if (const auto wrong = value->empty() ? std::nullopt : check_value(each, *value)) errors.push_back({pointer + member, *wrong});
}

void check_placeholders(const Integration& integration, Errors& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < integration.placeholders.size(); ++i) {
    const auto& each = integration.placeholders[i];
    const auto pointer = fmt::format("/placeholders/{}", i);
    check_placeholder(each, pointer, errors);
    if (!seen.insert(each.name).second) errors.push_back({pointer + "/name", fmt::format("{} is declared twice", clipped(each.name))});
  }
}

void check_text(const Integration& integration, std::string_view text, const std::string& pointer,
                std::span<const std::string_view> reserved, Errors& errors) {
  if (auto wrong = check_placeholders_in(text, integration.placeholders, reserved)) errors.push_back({pointer, std::move(*wrong)});
}

void check_parameters(const Integration& integration, const Parameters& parameters, std::string_view member, ParameterPlace place,
                      Errors& errors) {
  constexpr std::string_view kExchange[] = {kAccessToken};
  const bool may_name_token = place == ParameterPlace::kRefresh && integration.refresh == RefreshBy::kExchange;
  for (const auto& [name, value] : parameters) {
    const auto pointer = pointer_to(pointer_to("", member), name);
    if (auto wrong = check_parameter_name(name, place)) errors.push_back({pointer, std::move(*wrong)});
    check_text(integration, value, pointer, may_name_token ? std::span(kExchange) : std::span<const std::string_view>{}, errors);
    if (place == ParameterPlace::kRefresh) continue;
    const auto used_with = place == ParameterPlace::kAuthorization ? "authorization_url" : "token_url";
    if (auto wrong = check_known_in_time(used_with, value, integration.placeholders)) errors.push_back({pointer, std::move(*wrong)});
  }
}

void check_captures(const Integration& integration, const std::map<std::string, std::string>& captures, std::string_view member,
                    FilledBy filled_by, Errors& errors) {
  for (const auto& [name, source] : captures) {
    const auto pointer = pointer_to(pointer_to("/capture", member), name);
    const auto* placeholder = find_placeholder(integration.placeholders, name);
    if (placeholder == nullptr || placeholder->filled_by != filled_by)
      errors.push_back({pointer, fmt::format("must name a placeholder that is declared with filled_by = {}", spelling(filled_by))});
    if (source.empty()) errors.push_back({pointer, "must name what is captured"});
  }
}

void check_use(const Integration& integration, Errors& errors) {
  const auto used = used_placeholders(integration);
  for (std::size_t i = 0; i < integration.placeholders.size(); ++i) {
    const auto& each = integration.placeholders[i];
    const auto pointer = fmt::format("/placeholders/{}/name", i);
    const bool from_callback = each.filled_by == FilledBy::kCallback;
    const bool from_response = each.filled_by == FilledBy::kTokenResponse;
    const auto& captures = from_callback ? integration.capture.callback : integration.capture.token_response;
    const bool is_captured = (from_callback || from_response) && captures.contains(each.name);
    if (each.filled_by == FilledBy::kLookup && !is_looked_up(integration, each.name))
      errors.push_back({pointer, fmt::format("{} must be filled by one of lookups", each.name)});
    else if ((from_callback || from_response) && !is_captured)
      errors.push_back({pointer, fmt::format("{} must be filled by capture/{}", each.name, from_callback ? "callback" : "token_response")});
    else if (!is_captured && each.filled_by != FilledBy::kLookup && !used.contains(each.name))
      errors.push_back({pointer, fmt::format("{} is used in no URL, parameter or header", each.name)});
  }
}

void check_urls(const Integration& integration, PlainHttp plain_http, Errors& errors) {
  for (const auto& [name, member] : kUrlMembers) {
    const auto& text = integration.*member;
    if (text.empty()) continue;
    auto wrong = check_url_template(text, integration.placeholders, plain_http);
    if (!wrong) wrong = check_known_in_time(name, text, integration.placeholders);
    if (wrong) errors.push_back({pointer_to("", name), std::move(*wrong)});
  }
}

void check_grants_and_names(const Integration& integration, Errors& errors) {
  for (std::size_t i = 0; i < integration.grant_types.size(); ++i)
    if (!spelled<GrantType>(integration.grant_types[i]))
      errors.push_back(
          {fmt::format("/grant_types/{}", i), "not one of the accepted values: authorization_code, password, client_credentials"});
  if (integration.grant_types.empty()) errors.push_back({"/grant_types", "must name at least one grant"});
  constexpr std::string_view kRenamed[] = {"client_id", "redirect_uri", "scope", "response_type"};
  for (const auto& [standard, theirs] : integration.authorization_rename) {
    if (!contains(kRenamed, standard))
      errors.push_back({pointer_to("/authorization_rename", standard), "can be renamed: client_id, redirect_uri, scope, response_type"});
    else if (theirs.empty() || check_parameter_name(theirs, ParameterPlace::kAuthorization))
      errors.push_back({pointer_to("/authorization_rename", standard), "must not take the name of another standard parameter"});
  }
  for (const auto& [kind, preset] : integration.config_services) {
    if (!is_config_service_kind(kind))
      errors.push_back(
          {pointer_to("/config_services", kind), fmt::format("unknown kind; known: {}", fmt::join(kConfigServiceKinds, ", "))});
    if (preset.empty()) errors.push_back({pointer_to("/config_services", kind), "must name a preset"});
  }
}

void check_agreement(const Integration& integration, Errors& errors) {
  const bool has_grace = integration.rotation_grace > Seconds{0};
  if ((integration.rotation == Rotation::kGrace) != has_grace)
    errors.push_back({"/rotation_grace", "seconds; given with rotation = grace, and only then"});
  if (integration.refresh == RefreshBy::kExchange && integration.refresh_params.empty())
    errors.push_back({"/refresh_params", "refresh = exchange sends these parameters; they must hold the grant_type and {access_token}"});
  if (integration.requires_iss && integration.issuer.empty()) errors.push_back({"/issuer", "is required with requires_iss"});
  const auto from = integration.account.from;
  if (from != AccountSource::From::kNothing && integration.account.path.empty()) errors.push_back({"/account/path", "is required"});
  if (from == AccountSource::From::kUserinfo && integration.userinfo_url.empty())
    errors.push_back({"/userinfo_url", "is required with account/from = userinfo"});
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < integration.tokens.size(); ++i)
    if (!names.insert(integration.tokens[i].name).second) errors.push_back({fmt::format("/tokens/{}/name", i), "is given twice"});
}

}  // namespace

std::optional<std::string> check_placeholders_in(std::string_view text, const std::vector<Placeholder>& placeholders,
                                                 std::span<const std::string_view> reserved) {
  if (const auto pieces = parse_placeholder_text(text); !pieces) return pieces.error().detail;
  for (const auto& name : placeholder_names(text))
    if (!contains(reserved, name) && find_placeholder(placeholders, name) == nullptr)
      return fmt::format("{{{}}} is not declared in placeholders", name);
  return std::nullopt;
}

std::set<std::string> used_placeholders(const Integration& integration) {
  std::set<std::string> used;
  const auto add = [&used](std::string_view text) {
    for (auto& name : placeholder_names(text)) used.insert(std::move(name));
  };
  for (const auto& [name, member] : kUrlMembers) add(integration.*member);
  for (const auto* parameters : {&integration.authorization_params, &integration.token_params, &integration.refresh_params,
                                 &integration.proxy.headers, &integration.proxy.query})
    for (const auto& [name, value] : *parameters) add(value);
  for (const auto& lookup : integration.lookups) {
    add(lookup.url);
    if (!lookup.choose.by.empty()) used.insert(lookup.choose.by);
  }
  return used;
}

std::optional<std::string> check_parameter_name(std::string_view name, ParameterPlace place) {
  constexpr std::string_view kAuthorization[] = {
      "response_type",         "client_id", "redirect_uri",  "scope",   "state",      "code_challenge",
      "code_challenge_method", "nonce",     "response_mode", "request", "request_uri"};
  constexpr std::string_view kToken[] = {"grant_type", "code",          "redirect_uri",     "code_verifier",         "refresh_token",
                                         "client_id",  "client_secret", "client_assertion", "client_assertion_type", "username",
                                         "password"};
  constexpr std::string_view kRefresh[] = {"code",          "code_verifier",    "refresh_token",         "client_id",
                                           "client_secret", "client_assertion", "client_assertion_type", "username",
                                           "password"};
  const auto refused = place == ParameterPlace::kAuthorization ? std::span<const std::string_view>(kAuthorization)
                       : place == ParameterPlace::kToken       ? std::span<const std::string_view>(kToken)
                                                               : std::span<const std::string_view>(kRefresh);
  if (name.empty()) return "must have a name";
  if (contains(refused, name)) return fmt::format("is set by the broker; not to be fixed here: {}", fmt::join(refused, ", "));
  return std::nullopt;
}

std::optional<std::string> check_known_in_time(std::string_view url_name, std::string_view text,
                                               const std::vector<Placeholder>& placeholders) {
  const bool before_callback = url_name == "authorization_url";
  const bool before_token = before_callback || url_name == "token_url" || url_name == "issuer";
  const bool before_lookups = before_token || url_name == "userinfo_url";
  const auto pieces = parse_placeholder_text(text);
  if (!pieces) return std::nullopt;
  for (const auto& piece : *pieces) {
    const auto is_known = [&](const std::string& name) {
      const auto* placeholder = find_placeholder(placeholders, name);
      if (placeholder == nullptr) return true;  // told as undeclared
      if (!placeholder->default_value.empty()) return true;
      if (placeholder->is_optional) return false;
      if (placeholder->filled_by == FilledBy::kCallback) return !before_callback;
      if (placeholder->filled_by == FilledBy::kLookup) return !before_lookups;
      return placeholder->filled_by != FilledBy::kTokenResponse || !before_token;
    };
    if (!piece.names.empty() && std::ranges::none_of(piece.names, is_known))
      return fmt::format("{{{}}} has no value yet when this is used: give it a default, or do not make it optional",
                         fmt::join(piece.names, "|"));
  }
  return std::nullopt;
}

void check_record(const Integration& integration, PlainHttp plain_http, std::vector<FieldError>& errors) {
  check_placeholders(integration, errors);
  check_urls(integration, plain_http, errors);
  check_parameters(integration, integration.authorization_params, "authorization_params", ParameterPlace::kAuthorization, errors);
  check_parameters(integration, integration.token_params, "token_params", ParameterPlace::kToken, errors);
  check_parameters(integration, integration.refresh_params, "refresh_params", ParameterPlace::kRefresh, errors);
  check_proxy(integration, errors);
  check_lookups(integration, plain_http, errors);
  check_captures(integration, integration.capture.callback, "callback", FilledBy::kCallback, errors);
  check_captures(integration, integration.capture.token_response, "token_response", FilledBy::kTokenResponse, errors);
  check_use(integration, errors);
  check_grants_and_names(integration, errors);
  check_agreement(integration, errors);
}

}  // namespace valetkey::model
