#include "model/credential_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "model/config_service_kinds.hpp"
#include "model/enum_spelling.hpp"
#include "model/placeholder_text.hpp"
#include "model/url.hpp"

namespace valetkey::model {
namespace {

constexpr std::size_t kMostUrls = 20;
constexpr std::size_t kMostScopes = 100;
constexpr std::size_t kMostAudiences = 16;
constexpr std::size_t kMostParams = 32;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_one_of(std::span<const std::string_view> list, std::string_view text) { return std::ranges::find(list, text) != list.end(); }

/// `into` keeps its value when the member is absent and gets `fallback` for null.
void read_text(JsonReader& reader, std::string_view name, std::string& into, std::size_t least, std::size_t most) {
  const auto how = given(reader, name);
  if (how == Given::kNo) return;
  if (how == Given::kNull) {
    into.clear();
    if (least > 0) reader.error(name, "must not be null");
    return;
  }
  const auto text = reader.optional_string(name, {.least = 0, .most = most * 4});
  if (!text) return;
  const auto count = characters(*text);
  if (count < least || count > most) reader.error(name, fmt::format("must have {} to {} characters, has {}", least, most, count));
  else if (std::ranges::any_of(*text, is_control) && name != "description") reader.error(name, "must not hold control characters");
  else into = *text;
}

/// What never changes once the credential exists.
void read_fixed(CredentialReading& reading) {
  auto& [reader, integration, rules, is_new, out, errors, later, forbidden] = reading;
  auto& credential = out.credential;
  const auto slug = reader.optional_string("integration");
  if (is_new) credential.integration = integration.slug;
  if (slug && *slug != credential.integration) reader.error("integration", "cannot change; make another credential");
  const auto type = reader.optional_string("authentication_type");
  if (type && *type != "oauth2") reader.error("authentication_type", "not one of the accepted values: oauth2");
  const auto grant = reader.optional_choice<GrantType>("grant_type", spellings<GrantType>());
  if (!is_new) {
    if (grant && *grant != credential.grant_type) reader.error("grant_type", "cannot change; make another credential");
    return;
  }
  if (given(reader, "grant_type") != Given::kValue)
    reader.error("grant_type", fmt::format("is required; {} takes: {}", integration.slug, fmt::join(integration.grant_types, ", ")));
  if (!grant) return;
  credential.grant_type = *grant;
  if (std::ranges::find(integration.grant_types, spelling(*grant)) == integration.grant_types.end())
    reader.error("grant_type",
                 fmt::format("{} does not take it; it takes: {}", integration.slug, fmt::join(integration.grant_types, ", ")));
  if (*grant == GrantType::kPassword && rules.policy.forbid_password_grant)
    forbidden.push_back({"/grant_type", "the tenant's policy forbids the password grant (RFC 9700 section 2.4)"});
}

void read_client(CredentialReading& reading) {
  auto& reader = reading.reader;
  auto& credential = reading.out.credential;
  if (reading.is_new && given(reader, "client_id") == Given::kNo) reader.error("client_id", "is required");
  read_text(reader, "client_id", credential.client_id, 1, 512);
  if (given(reader, "client_secret") != Given::kValue) return;
  if (auto secret = reader.optional_string("client_secret", {.least = 1, .most = 4096})) {
    if (std::ranges::any_of(*secret, is_control)) reader.error("client_secret", "must not hold control characters");
    reading.out.client_secret = Secret(std::move(*secret));
  }
}

std::optional<std::string> check_scope(std::string_view scope, std::string_view separator) {
  const auto is_unfit = [](char c) { return c <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '"' || c == '\\'; };
  if (std::ranges::any_of(scope, is_unfit)) return "must be printable ASCII without spaces, quotes and backslashes (RFC 6749 section 3.3)";
  if (!separator.empty() && scope.contains(separator)) return fmt::format("must not hold the separator of the integration, {}", separator);
  return std::nullopt;
}

void read_scopes(CredentialReading& reading) {
  auto& reader = reading.reader;
  auto& credential = reading.out.credential;
  const auto how = given(reader, "scopes");
  if (how == Given::kNull) {
    credential.scopes.clear();
    credential.scopes_set = false;
  }
  if (how != Given::kValue) return;
  auto scopes = reader.optional_strings("scopes", kMostScopes, {.least = 1, .most = 256});
  if (!scopes) return;
  const auto separator = credential.overrides.scope_separator.value_or(reading.integration.scope_separator);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < scopes->size(); ++i) {
    auto wrong = check_scope((*scopes)[i], separator);
    if (!wrong && !seen.insert((*scopes)[i]).second) wrong = "is listed twice";
    if (wrong) reading.errors.push_back({fmt::format("/scopes/{}", i), std::move(*wrong)});
  }
  credential.scopes = std::move(*scopes);
  credential.scopes_set = true;
}

void read_audiences(CredentialReading& reading) {
  auto& audiences = reading.out.credential.audiences;
  const auto how = given(reading.reader, "audiences");
  if (how == Given::kNull) audiences.clear();
  if (how != Given::kValue) return;
  auto wanted = reading.reader.optional_strings("audiences", kMostAudiences, {.least = 1, .most = 2048});
  if (!wanted) return;
  for (std::size_t i = 0; i < wanted->size(); ++i)
    if (std::ranges::any_of((*wanted)[i], is_control))
      reading.errors.push_back({fmt::format("/audiences/{}", i), "must not hold control characters"});
  audiences = std::move(*wanted);
}

void read_response_type(CredentialReading& reading) {
  constexpr std::string_view kLater[] = {"code id_token", "token", "id_token token", "code token", "id_token", "code id_token token"};
  auto& reader = reading.reader;
  const auto how = given(reader, "response_type");
  if (how == Given::kNull) reading.out.credential.response_type = "code";
  const auto type = reader.optional_string("response_type");
  if (!type) return;
  if (*type == "code") reading.out.credential.response_type = *type;
  else if (is_one_of(kLater, *type))
    reading.later.push_back({"/response_type", fmt::format("response type {} comes with a later version; accepted: code", *type)});
  else reader.error("response_type", "not one of the accepted values: code");
}

/// https, or http at loopback; `is_origin`: nothing behind the port.
std::optional<std::string> check_browser_url(const std::string& text, bool is_origin) {
  const auto url = parse_endpoint_url(text);
  if (!url) return url.error().detail;
  if (is_origin && origin_of(*url) != text)
    return "must be an exact origin, scheme://host[:port] in lower case without a default port or path";
  return std::nullopt;
}

void read_urls(CredentialReading& reading, std::string_view name, bool is_origin, std::vector<std::string>& into) {
  auto& reader = reading.reader;
  const auto how = given(reader, name);
  if (how == Given::kNull) into.clear();
  if (how != Given::kValue) return;
  auto urls = reader.optional_strings(name, kMostUrls, {.least = 1, .most = 2048});
  if (!urls) return;
  for (std::size_t i = 0; i < urls->size(); ++i)
    if (auto wrong = check_browser_url((*urls)[i], is_origin))
      reading.errors.push_back({fmt::format("/{}/{}", name, i), std::move(*wrong)});
  into = std::move(*urls);
}

template <class T>
void read_or_default(CredentialReading& reading, std::string_view name, T& into, std::optional<T> value) {
  const auto how = given(reading.reader, name);
  if (how == Given::kNull) into = T{};
  if (value) into = *value;
}

/// A step that a later version builds: false says nothing, true asks for it.
void read_later_switches(CredentialReading& reading) {
  if (reading.reader.optional_bool("legacy").value_or(false)) reading.later.push_back({"/legacy", "legacy comes with a later version"});
}

/// Custom authentication (DESIGN 6). Without it its services and parameters are nothing, and go with it.
void read_custom(CredentialReading& reading) {
  auto& credential = reading.out.credential;
  read_or_default(reading, "custom", credential.custom, reading.reader.optional_bool("custom"));
  if (!credential.custom) {
    credential.config_params.clear();
    std::erase_if(credential.config_services, [](const auto& service) { return is_custom_service_kind(service.first); });
  }
  const auto how = given(reading.reader, "config_params");
  if (how == Given::kNull) credential.config_params.clear();
  if (how != Given::kValue) return;
  auto params = reading.reader.optional_string_map("config_params", kMostParams);
  if (params && !credential.custom && !params->empty()) reading.reader.error("config_params", "are for custom authentication: set custom");
  else if (params) credential.config_params = std::move(*params);
}

/// One value of a placeholder; null gives it back to the default.
std::optional<std::string> read_placeholder(CredentialReading& reading, const std::string& name, const boost::json::value& value) {
  auto& values = reading.out.credential.placeholders;
  const auto* placeholder = find_placeholder(reading.integration.placeholders, name);
  if (placeholder == nullptr || placeholder->filled_by != FilledBy::kOperator)
    return "is no placeholder of this integration that the operator fills";
  if (value.is_null()) {
    values.erase(name);
    return std::nullopt;
  }
  if (!value.is_string()) return "must be a string or null";
  if (auto wrong = check_value(*placeholder, value.as_string())) return wrong;
  values.insert_or_assign(name, std::string(value.as_string()));
  return std::nullopt;
}

/// One config service; null turns the step off, also where the integration names a preset.
std::optional<std::string> read_config_service(CredentialReading& reading, const std::string& kind, const boost::json::value& value) {
  const bool is_custom = is_custom_service_kind(kind);
  if (!is_config_service_kind(kind) && !is_custom) return fmt::format("unknown kind; known: {}", fmt::join(kConfigServiceKinds, ", "));
  if (is_custom && !reading.out.credential.custom && !value.is_null()) return "is for custom authentication: set custom";
  if (!value.is_null() && (!value.is_string() || value.as_string().empty() || value.as_string().size() > 100))
    return "must be the name of a config service, 1 to 100 bytes, or null";
  reading.out.credential.config_services.insert_or_assign(kind, value.is_null() ? std::string() : std::string(value.as_string()));
  return std::nullopt;
}

}  // namespace

Given given(JsonReader& reader, std::string_view name) {
  if (reader.raw(name) != nullptr) return Given::kValue;
  return reader.has(name) ? Given::kNull : Given::kNo;
}

void read_own_members(CredentialReading& reading) {
  auto& reader = reading.reader;
  auto& credential = reading.out.credential;
  if (reading.is_new && given(reader, "name") == Given::kNo) reader.error("name", "is required");
  read_text(reader, "name", credential.name, 1, 100);
  read_text(reader, "description", credential.description, 0, 1000);
  read_fixed(reading);
  read_client(reading);
  read_scopes(reading);
  read_response_type(reading);
  read_urls(reading, "return_urls", false, credential.return_urls);
  read_urls(reading, "opener_origins", true, credential.opener_origins);
  read_audiences(reading);
  read_or_default(reading, "completion", credential.completion, reader.optional_choice<Completion>("completion", spellings<Completion>()));
  read_or_default(reading, "keep_password", credential.keep_password, reader.optional_bool("keep_password"));
  read_later_switches(reading);
  read_custom(reading);
}

void read_named_values(CredentialReading& reading) {
  auto& reader = reading.reader;
  auto& credential = reading.out.credential;
  if (given(reader, "placeholders") == Given::kNull) credential.placeholders.clear();
  if (reader.optional_object("placeholders"))
    for (const auto& [name, value] : reader.raw("placeholders")->as_object())
      if (auto wrong = read_placeholder(reading, name, value))
        reading.errors.push_back({pointer_to("/placeholders", name), std::move(*wrong)});
  if (given(reader, "config_services") == Given::kNull) credential.config_services.clear();
  if (reader.optional_object("config_services"))
    for (const auto& [kind, value] : reader.raw("config_services")->as_object()) {
      const auto pointer = pointer_to("/config_services", kind);
      if (auto wrong = read_config_service(reading, kind, value)) reading.errors.push_back({pointer, std::move(*wrong)});
    }
}

}  // namespace valetkey::model
