#include <fmt/format.h>

#include <algorithm>

#include "model/credential_answer.hpp"
#include "model/effective.hpp"
#include "model/url.hpp"

namespace valetkey::model {
namespace {

using Warnings = std::vector<Warning>;

void add_grant_warnings(const Credential& credential, Warnings& out) {
  if (credential.grant_type != GrantType::kPassword) return;
  out.push_back({"password_grant", "RFC 9700 section 2.4",
                 "the password grant must not be used where another grant works: it shows the end user's password to the client"});
  if (credential.keep_password)
    out.push_back(
        {"password_kept", "RFC 9700 section 2.4", "name and password stay stored, sealed, where the server gives no refresh token"});
}

void add_redirect_warnings(const Credential& credential, const Integration& effective, std::string_view own_redirect_uri, Warnings& out) {
  if (credential.grant_type != GrantType::kAuthorizationCode) return;
  if (!effective.pkce)
    out.push_back({"pkce_off", "RFC 9700 section 2.1.1", "authorization codes are sent without PKCE: a stolen code can be redeemed"});
  if (credential.completion == Completion::kImmediate)
    out.push_back(
        {"completion_immediate", "S7",
         "connections become active without the platform's confirmation: who sends a link to a victim gets the victim's account"});
  if (credential.overrides.redirect_uri)
    out.push_back({"foreign_redirect_uri", "S2",
                   fmt::format("the redirect URI is not the broker's: it must forward to {} with its query unchanged", own_redirect_uri)});
  if (effective.account.from == AccountSource::From::kNothing)
    out.push_back({"account_unknown", "S9",
                   "the integration does not say where the account's id comes from: a renewal with another account cannot be noticed"});
}

void add_endpoint_warnings(const Credential& credential, const EndpointSet& set, const Integration& effective, Warnings& out) {
  for (const auto* url : {&set.authorization_url, &set.token_url, &set.refresh_url, &set.revocation_url, &set.introspection_url,
                          &set.userinfo_url, &set.base_uri, &set.redirect_uri}) {
    if (!url->starts_with("http://")) continue;
    out.push_back({"plain_http", "RFC 9700 section 2.6", "a URL uses plain http: for tests at loopback only"});
    break;
  }
  if (set.revocation_url.empty())
    out.push_back(
        {"no_revocation_url", "RFC 7009", "the server names no revocation endpoint: deleting a connection does not end its access there"});
  if (credential.overrides.client_authentication == ClientAuthentication::kPost)
    out.push_back({"client_secret_post", "RFC 6749 section 2.3.1",
                   "the client secret is sent in the body: use client_secret_basic where the server takes it"});
  if (effective.token_body == TokenBody::kQuery)
    out.push_back({"token_request_in_query", "RFC 9700 section 4.3.2",
                   "the integration takes token requests in the query, where secrets reach logs"});
  if (std::ranges::any_of(set.proxy_query, [](const auto& parameter) { return parameter.second.contains("{access_token}"); }))
    out.push_back({"token_in_query", "RFC 9700 section 4.3.2", "the API takes the access token in the query, where it reaches its logs"});
}

}  // namespace

std::vector<Warning> warnings_for(const Credential& credential, const EndpointSet& set, const Integration& live,
                                  std::string_view own_redirect_uri) {
  const auto effective = effective_integration(live, credential.overrides);
  Warnings out;
  add_grant_warnings(credential, out);
  add_redirect_warnings(credential, effective, own_redirect_uri, out);
  add_endpoint_warnings(credential, set, effective, out);
  if (has_catalogue_drift(credential, live, set, own_redirect_uri))
    out.push_back(
        {live.is_custom ? "integration_changed" : "catalogue_drift", "S1",
         "the integration's record has changed since the client secret was entered: the old endpoints stay in force until the credential is saved with its secret"});
  return out;
}

}  // namespace valetkey::model
