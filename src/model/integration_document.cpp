#include "model/integration_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/enum_spelling.hpp"
#include "model/integration_rules.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"

namespace valetkey::model {
namespace {

constexpr std::size_t kMostItems = 200;
constexpr std::size_t kMostLookUps = 5;
constexpr std::int64_t kTenYears = 10LL * 366 * 24 * 3600;
constexpr TextLimits kUrlText{.least = 1, .most = 2048};
constexpr TextLimits kName{.least = 1, .most = 200};

template <class Enum>
void read_choice(JsonReader& reader, std::string_view name, Enum& into) {
  if (const auto value = reader.optional_choice<Enum>(name, spellings<Enum>())) into = *value;
}

std::optional<Seconds> read_seconds(JsonReader& reader, std::string_view name) {
  const auto value = reader.optional_integer(name, 1, kTenYears);
  return value ? std::optional(Seconds(*value)) : std::nullopt;
}

void read_about(JsonReader& reader, Integration& out, IntegrationSource source) {
  out.slug = reader.required_string("slug");
  if (!out.slug.empty() && !is_slug(out.slug)) reader.error("slug", "must be 1 to 63 of a-z, 0-9 and -, and neither begin nor end with -");
  out.name = reader.required_string("name", kName);
  out.description = reader.string_or("description", "");
  out.documentation_url = reader.string_or("documentation_url", "", kUrlText);
  out.registration_url = reader.string_or("registration_url", "", kUrlText);
  out.checked_on = reader.string_or("checked_on", "");
  if (!out.checked_on.empty() && (out.checked_on.size() != 10 || !parse_rfc3339(out.checked_on + "T00:00:00Z")))
    reader.error("checked_on", "must be a date, YYYY-MM-DD");
  for (const std::string_view name : {"documentation_url", "registration_url"}) {
    const auto& text = name == "documentation_url" ? out.documentation_url : out.registration_url;
    if (text.empty()) continue;
    const auto url = parse_url(text);
    if (!url) reader.error(name, url.error().detail);
    else if (url->scheme != "https") reader.error(name, "must be an https URL");
  }
  out.is_custom = source == IntegrationSource::kCustom;
  const auto said = reader.optional_bool("custom");
  if (said && *said != out.is_custom)
    reader.error("custom", out.is_custom ? "an integration of a tenant is custom" : "a record of the catalogue is not custom");
}

void read_placeholders(JsonReader& reader, Integration& out) {
  for (auto& each : reader.objects("placeholders", kMostItems)) {
    Placeholder placeholder;
    placeholder.name = each.required_string("name");
    if (each.raw("filled_by") == nullptr) each.error("filled_by", "is required");
    read_choice(each, "filled_by", placeholder.filled_by);
    placeholder.title = each.string_or("title", "", kName);
    placeholder.description = each.string_or("description", "");
    placeholder.example = each.string_or("example", "");
    placeholder.pattern = each.string_or("pattern", "");
    placeholder.choices = each.optional_strings("choices", kMostItems).value_or(std::vector<std::string>{});
    placeholder.host_suffixes = each.optional_strings("host_suffixes", kMostItems).value_or(std::vector<std::string>{});
    placeholder.default_value = each.string_or("default", "");
    placeholder.is_optional = each.optional_bool("optional").value_or(false);
    each.finish();
    out.placeholders.push_back(std::move(placeholder));
  }
}

void read_flow(JsonReader& reader, Integration& out) {
  for (const auto& [name, member] : kUrlMembers) out.*member = reader.string_or(name, "", kUrlText);
  out.requires_iss = reader.optional_bool("requires_iss").value_or(false);
  out.grant_types = reader.optional_strings("grant_types", 3).value_or(std::vector<std::string>{"authorization_code"});
  out.authorization_params = reader.optional_pairs("authorization_params").value_or(Parameters{});
  out.token_params = reader.optional_pairs("token_params").value_or(Parameters{});
  out.refresh_params = reader.optional_pairs("refresh_params").value_or(Parameters{});
  out.authorization_rename = reader.optional_string_map("authorization_rename").value_or(std::map<std::string, std::string>{});
  out.token_grant_type = reader.string_or("token_grant_type", "", kName);
  out.pkce = reader.optional_bool("pkce").value_or(true);
  out.nonce = reader.optional_bool("nonce").value_or(true);
  out.audience_parameter = reader.string_or("audience_parameter", out.audience_parameter, kName);
  read_choice(reader, "client_authentication", out.client_authentication);
  read_choice(reader, "token_body", out.token_body);
  if (auto callback = reader.optional_object("callback")) {
    out.callback_code = callback->string_or("code", out.callback_code, kName);
    callback->finish();
  }
}

void read_scopes(JsonReader& reader, Integration& out) {
  out.scope_separator = reader.string_or("scope_separator", out.scope_separator, {.least = 1, .most = 8});
  out.default_scopes = reader.optional_strings("default_scopes", kMostItems).value_or(std::vector<std::string>{});
  for (auto& each : reader.objects("scopes", kMostItems)) {
    out.scopes.push_back(
        {.name = each.required_string("name", kName), .description = each.required_string("description", {.least = 1, .most = 300})});
    each.finish();
  }
}

void read_response(JsonReader& reader, Integration& out) {
  if (auto shape = reader.optional_object("response")) {
    auto& response = out.response;
    response.access_token = shape->string_or("access_token", "");
    response.refresh_token = shape->string_or("refresh_token", "");
    response.token_type = shape->string_or("token_type", "");
    response.scope = shape->string_or("scope", "");
    response.expires_in = shape->string_or("expires_in", "");
    response.expires_at = shape->string_or("expires_at", "");
    response.refresh_token_expires_in = shape->string_or("refresh_token_expires_in", "");
    response.id_token = shape->string_or("id_token", "");
    response.error = shape->string_or("error", "");
    response.scope_separator = shape->string_or("scope_separator", "", {.least = 1, .most = 8});
    read_choice(*shape, "unit", response.unit);
    response.default_lifetime = read_seconds(*shape, "default_lifetime");
    shape->finish();
  }
  for (auto& each : reader.objects("tokens", 8)) {
    out.tokens.push_back({.name = each.required_string("name", {.least = 1, .most = 32}),
                          .access_token = each.required_string("access_token"),
                          .refresh_token = each.string_or("refresh_token", ""),
                          .expires_in = each.string_or("expires_in", ""),
                          .scope = each.string_or("scope", "")});
    each.finish();
  }
  if (auto capture = reader.optional_object("capture")) {
    out.capture.token_response = capture->optional_string_map("token_response").value_or(std::map<std::string, std::string>{});
    out.capture.callback = capture->optional_string_map("callback").value_or(std::map<std::string, std::string>{});
    capture->finish();
  }
  if (auto account = reader.optional_object("account")) {
    if (account->raw("from") == nullptr) account->error("from", "is required");
    read_choice(*account, "from", out.account.from);
    out.account.path = account->string_or("path", "");
    account->finish();
  }
}

void read_lookups(JsonReader& reader, Integration& out) {
  for (auto& each : reader.objects("lookups", kMostLookUps)) {
    LookUp lookup{.name = each.required_string("name", {.least = 1, .most = 64}),
                  .url = each.required_string("url", kUrlText),
                  .items = each.string_or("items", ""),
                  .label = each.string_or("label", "")};
    if (auto choose = each.optional_object("choose")) {
      lookup.choose.by = choose->string_or("by", "");
      lookup.choose.among = choose->optional_strings("among", kMostItems).value_or(std::vector<std::string>{});
      lookup.choose.default_flag = choose->string_or("default", "");
      choose->finish();
    }
    lookup.fill = each.optional_string_map("fill").value_or(std::map<std::string, std::string>{});
    each.finish();
    out.lookups.push_back(std::move(lookup));
  }
}

void read_refresh(JsonReader& reader, Integration& out) {
  read_choice(reader, "refresh", out.refresh);
  read_choice(reader, "rotation", out.rotation);
  out.rotation_grace = read_seconds(reader, "rotation_grace").value_or(Seconds{0});
  out.refresh_token_lifetime = read_seconds(reader, "refresh_token_lifetime");
  out.refresh_token_idle = read_seconds(reader, "refresh_token_idle");
  constexpr std::pair<std::string_view, bool> kScopes[] = {{"grant", false}, {"account", true}};
  out.revocation_ends_all_grants = reader.optional_choice<bool>("revocation_scope", kScopes).value_or(false);
}

std::vector<int> read_statuses(JsonReader& reader, std::string_view name) {
  std::vector<int> out;
  const auto* list = reader.raw(name);
  if (list == nullptr) return out;
  if (list->is_array())
    for (const auto& item : list->as_array()) {
      std::error_code failed;
      const auto status = item.to_number<int>(failed);
      if (!failed && status >= 200 && status <= 599) out.push_back(status);
    }
  if (!list->is_array() || out.size() != list->as_array().size()) reader.error(name, "must be a list of HTTP statuses from 200 to 599");
  return out;
}

void read_proxy(JsonReader& reader, ProxyFacts& out) {
  out.headers = reader.optional_pairs("headers").value_or(Parameters{});
  out.query = reader.optional_pairs("query").value_or(Parameters{});
  out.expired_statuses = read_statuses(reader, "expired_statuses");
  if (auto rule = reader.optional_object("expired_body")) {
    out.expired_body.statuses = read_statuses(*rule, "statuses");
    out.expired_body.path = rule->required_string("path");
    out.expired_body.values = rule->optional_strings("values", kMostItems).value_or(std::vector<std::string>{});
    rule->finish();
  }
  if (auto signal = reader.optional_object("rate_limit")) {
    out.rate_limit.statuses = read_statuses(*signal, "statuses");
    out.rate_limit.remaining_header = signal->string_or("remaining_header", "", kName);
    out.rate_limit.reset_header = signal->string_or("reset_header", "", kName);
    read_choice(*signal, "reset_unit", out.rate_limit.reset_unit);
    signal->finish();
  }
}

void read_api(JsonReader& reader, Integration& out) {
  if (auto proxy = reader.optional_object("proxy")) {
    read_proxy(*proxy, out.proxy);
    proxy->finish();
  }
  out.config_services = reader.optional_string_map("config_services").value_or(std::map<std::string, std::string>{});
}

}  // namespace

bool is_slug(std::string_view text) { return is_host_label(text); }

Result<Integration> parse_integration(const boost::json::value& document, IntegrationSource source) {
  constexpr std::string_view kDoing = "read the integration";
  if (!document.is_object()) return fail(invalid_input(fmt::format("{}: it is not an object", kDoing), {{"", "must be an object"}}));
  std::vector<FieldError> errors;
  JsonReader reader(document.as_object(), "", errors);
  Integration out;
  read_about(reader, out, source);
  read_placeholders(reader, out);
  read_flow(reader, out);
  read_scopes(reader, out);
  read_response(reader, out);
  read_lookups(reader, out);
  read_refresh(reader, out);
  read_api(reader, out);
  reader.finish();
  check_record(out, source == IntegrationSource::kCustom ? PlainHttp::kLoopback : PlainHttp::kRefused, errors);
  if (errors.empty()) return out;
  auto detail = fmt::format("{}: {} of its members cannot be accepted", kDoing, errors.size());
  return fail(invalid_input(std::move(detail), std::move(errors)));
}

}  // namespace valetkey::model
