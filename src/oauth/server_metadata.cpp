#include "oauth/server_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"
#include "model/url.hpp"

namespace valetkey::oauth {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

constexpr std::size_t kMostBytes = 256 * 1024;

std::string text_of(const json::object& document, std::string_view name) {
  const auto* value = document.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// Whether a list of the metadata holds `item`; an absent list says nothing.
bool allows(const json::object& document, std::string_view name, std::string_view item) {
  const auto* list = document.if_contains(name);
  if (list == nullptr || !list->is_array()) return true;
  return std::ranges::any_of(list->as_array(), [&](const json::value& value) { return value.is_string() && value.as_string() == item; });
}

/// The same place, written as the broker writes it.
bool is_same_url(const std::string& a, const std::string& b) {
  const auto left = model::parse_url(a);
  const auto right = model::parse_url(b);
  return left && right ? model::to_string(*left) == model::to_string(*right) : a == b;
}

void compare_urls(const Client& client, const json::object& document, std::vector<std::string>& out) {
  const std::pair<std::string_view, const std::string*> pairs[] = {{"authorization_endpoint", &client.integration.authorization_url},
                                                                   {"token_endpoint", &client.integration.token_url},
                                                                   {"revocation_endpoint", &client.integration.revocation_url},
                                                                   {"introspection_endpoint", &client.integration.introspection_url},
                                                                   {"userinfo_endpoint", &client.integration.userinfo_url}};
  for (const auto& [name, configured] : pairs) {
    const auto published = text_of(document, name);
    if (configured->empty() || published.empty()) continue;
    const auto url = filled_url(client, *configured, {});
    if (url && !is_same_url(*url, published)) out.push_back(fmt::format("{} is {} there", name, model::clipped(published)));
  }
}

ports::Answer<std::optional<json::object>> fetch(Context& context, const model::TenantId& tenant, const std::string& url) {
  auto response = co_await context.http.send({.method = "GET",
                                              .url = url,
                                              .headers = {{"Accept", "application/json"}},
                                              .body = {},
                                              .tenant = tenant,
                                              .max_response = kMostBytes,
                                              .may_send = {}});
  if (!response) co_return fail(Code::kProviderUnavailable, fmt::format("read {}: {}", url, response.error().error.detail));
  if (response->status != 200) co_return std::nullopt;
  auto document = model::parse_json(response->body);
  if (!document || !document->is_object()) co_return std::nullopt;
  co_return std::move(document->as_object());
}

}  // namespace

std::vector<std::string> metadata_urls(const std::string& issuer) {
  const auto url = model::parse_url(issuer);
  if (!url) return {};
  const auto origin = model::origin_of(*url);
  auto path = url->path;
  while (path.ends_with('/')) path.pop_back();
  return {origin + "/.well-known/oauth-authorization-server" + path, origin + path + "/.well-known/openid-configuration"};
}

ports::Answer<ServerMetadata> fetch_metadata(Context& context, const model::TenantId& tenant, const std::string& issuer) {
  for (auto& url : metadata_urls(issuer)) {
    auto document = co_await fetch(context, tenant, url);
    if (!document) co_return fail(std::move(document.error()));
    if (!*document) continue;
    if (const auto named = text_of(**document, "issuer"); named != issuer)
      co_return fail(Code::kProviderRejected,
                     fmt::format("{} names the issuer {}, not {} (RFC 8414 section 3.3)", url, model::clipped(named), issuer));
    co_return ServerMetadata{std::move(url), std::move(**document)};
  }
  co_return fail(Code::kNotFound, "the server publishes no metadata");
}

std::vector<std::string> metadata_differences(const Client& client, const ServerMetadata& metadata) {
  const auto& document = metadata.document;
  std::vector<std::string> out;
  compare_urls(client, document, out);
  const auto* announces_iss = document.if_contains("authorization_response_iss_parameter_supported");
  if (announces_iss != nullptr && announces_iss->is_bool() && announces_iss->as_bool() != client.integration.requires_iss)
    out.push_back(announces_iss->as_bool() ? "the server names itself in its answers (RFC 9207): set requires_iss"
                                           : "requires_iss is set, but the server does not name itself in its answers");
  const auto grant = model::spelling(client.credential.grant_type);
  if (!allows(document, "grant_types_supported", grant)) out.push_back(fmt::format("the grant {} is not supported there", grant));
  const auto method = model::spelling(client.integration.client_authentication);
  if (!allows(document, "token_endpoint_auth_methods_supported", method))
    out.push_back(fmt::format("the client authentication {} is not supported there", method));
  const bool is_browser_flow = client.credential.grant_type == model::GrantType::kAuthorizationCode;
  if (is_browser_flow && client.integration.pkce && !allows(document, "code_challenge_methods_supported", "S256"))
    out.push_back("PKCE with S256 is not supported there");
  return out;
}

}  // namespace valetkey::oauth
