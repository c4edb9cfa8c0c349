#include "oauth/authorization_request.hpp"

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/url.hpp"
#include "oauth/token_request.hpp"

namespace valetkey::oauth {
namespace {

void rename(model::Parameters& parameters, const std::map<std::string, std::string>& theirs) {
  for (auto& [name, value] : parameters)
    if (const auto found = theirs.find(name); found != theirs.end()) name = found->second;
}

}  // namespace

std::string code_challenge(const std::string& verifier) { return model::to_base64url(model::sha256(verifier)); }

model::Result<std::string> authorization_url(const Client& client, const std::vector<std::string>& scopes,
                                             const AuthorizationSecrets& secrets, const std::map<std::string, std::string>& fields) {
  auto integration = with_filled_parameters(client, fields);
  if (!integration) return model::fail(std::move(integration.error()));
  auto filled = filled_url(client, integration->authorization_url, fields);
  if (!filled) return model::fail(std::move(filled.error()));
  auto url = model::parse_url(*filled);
  if (!url) return model::fail(std::move(url.error()));

  model::Parameters parameters{
      {"response_type", client.credential.response_type}, {"client_id", client.set.client_id}, {"redirect_uri", client.set.redirect_uri}};
  if (!scopes.empty()) parameters.emplace_back("scope", joined_scopes(scopes, integration->scope_separator));
  parameters.emplace_back("state", secrets.state);
  if (!secrets.code_verifier.empty()) {
    parameters.emplace_back("code_challenge", code_challenge(secrets.code_verifier));
    parameters.emplace_back("code_challenge_method", "S256");
  }
  if (!secrets.nonce.empty()) parameters.emplace_back("nonce", secrets.nonce);
  rename(parameters, integration->authorization_rename);
  parameters.insert(parameters.end(), integration->authorization_params.begin(), integration->authorization_params.end());
  return model::to_string(model::with_query(std::move(*url), parameters));
}

}  // namespace valetkey::oauth
