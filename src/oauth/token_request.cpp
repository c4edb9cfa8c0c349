#include "oauth/token_request.hpp"

#include <boost/json.hpp>

#include "model/form.hpp"

namespace valetkey::oauth {
namespace {

using model::Integration;
using model::Parameters;

std::string_view grant_type(const Integration& integration, std::string_view standard) {
  return integration.token_grant_type.empty() ? standard : integration.token_grant_type;
}

/// A declared parameter replaces a standard one of the same name; with an empty value it removes it.
void add_declared(Parameters& parameters, const Parameters& declared) {
  for (const auto& [name, value] : declared) {
    std::erase_if(parameters, [&](const auto& parameter) { return parameter.first == name; });
    if (!value.empty()) parameters.emplace_back(name, value);
  }
}

void add_audience(Parameters& parameters, const Integration& integration, std::string_view audience) {
  if (!audience.empty()) parameters.emplace_back(integration.audience_parameter, audience);
}

void add_scopes(Parameters& parameters, const Integration& integration, const std::vector<std::string>& scopes) {
  if (!scopes.empty()) parameters.emplace_back("scope", joined_scopes(scopes, integration.scope_separator));
}

std::string json_body(const Parameters& parameters) {
  boost::json::object body;
  for (const auto& [name, value] : parameters) body[name] = value;
  return boost::json::serialize(body);
}

}  // namespace

std::string joined_scopes(const std::vector<std::string>& scopes, std::string_view separator) {
  return fmt::format("{}", fmt::join(scopes, separator));
}

Parameters code_parameters(const Integration& integration, std::string_view code, std::string_view redirect_uri,
                           std::string_view verifier) {
  Parameters out{{"grant_type", std::string(grant_type(integration, "authorization_code"))},
                 {"code", std::string(code)},
                 {"redirect_uri", std::string(redirect_uri)}};
  if (!verifier.empty()) out.emplace_back("code_verifier", verifier);
  add_declared(out, integration.token_params);
  return out;
}

Parameters refresh_parameters(const Integration& integration, std::string_view refresh_token, std::string_view audience) {
  Parameters out{{"grant_type", "refresh_token"}, {"refresh_token", std::string(refresh_token)}};
  add_audience(out, integration, audience);
  add_declared(out, integration.refresh_params);
  return out;
}

Parameters password_parameters(const Integration& integration, std::string_view username, std::string_view password,
                               const std::vector<std::string>& scopes) {
  Parameters out{{"grant_type", std::string(grant_type(integration, "password"))},
                 {"username", std::string(username)},
                 {"password", std::string(password)}};
  add_scopes(out, integration, scopes);
  add_declared(out, integration.token_params);
  return out;
}

Parameters client_credentials_parameters(const Integration& integration, const std::vector<std::string>& scopes,
                                         std::string_view audience) {
  Parameters out{{"grant_type", std::string(grant_type(integration, "client_credentials"))}};
  add_scopes(out, integration, scopes);
  add_audience(out, integration, audience);
  add_declared(out, integration.token_params);
  return out;
}

Parameters exchange_parameters(const Integration& integration, std::string_view access_token) {
  Parameters out;
  for (const auto& [name, value] : integration.refresh_params)
    out.emplace_back(name, value == "{access_token}" ? std::string(access_token) : value);
  return out;
}

ports::HttpRequest token_request(const Integration& integration, const std::string& url, Parameters parameters, const ClientProof& proof) {
  ports::HttpRequest request{.method = "POST", .url = url};
  request.headers.emplace_back("Accept", "application/json");
  add_proof(proof, parameters, request.headers);
  switch (integration.token_body) {
    case model::TokenBody::kForm:
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
      request.body = model::to_form(parameters);
      break;
    case model::TokenBody::kJson:
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = json_body(parameters);
      break;
    case model::TokenBody::kQuery: request.url += (url.find('?') == std::string::npos ? "?" : "&") + model::to_form(parameters); break;
  }
  return request;
}

}  // namespace valetkey::oauth
