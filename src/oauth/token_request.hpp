#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/integration.hpp"
#include "oauth/client_authentication.hpp"
#include "ports/http_client.hpp"

namespace valetkey::oauth {

// Pure: what is sent to a token endpoint for each grant. Order: standard parameters, then the integration's own.

/// RFC 6749 4.1.3 with RFC 7636 4.5; `redirect_uri` is sent always (checklist 34). `verifier` empty: PKCE is off.
model::Parameters code_parameters(const model::Integration& integration, std::string_view code, std::string_view redirect_uri,
                                  std::string_view verifier);
/// RFC 6749 6.
model::Parameters refresh_parameters(const model::Integration& integration, std::string_view refresh_token, std::string_view audience);
/// RFC 6749 4.3.2.
model::Parameters password_parameters(const model::Integration& integration, std::string_view username, std::string_view password,
                                      const std::vector<std::string>& scopes);
/// RFC 6749 4.4.2; `audience` by the integration's parameter (RFC 8707 `resource` unless declared otherwise).
model::Parameters client_credentials_parameters(const model::Integration& integration, const std::vector<std::string>& scopes,
                                                std::string_view audience);
/// The access token for a longer one (Facebook's fb_exchange_token): the integration's refresh parameters with `{access_token}` filled.
model::Parameters exchange_parameters(const model::Integration& integration, std::string_view access_token);

/// The HTTP request with the proof and the body in the integration's form. `url` is filled and canonical.
ports::HttpRequest token_request(const model::Integration& integration, const std::string& url, model::Parameters parameters,
                                 const ClientProof& proof);

std::string joined_scopes(const std::vector<std::string>& scopes, std::string_view separator);

}  // namespace valetkey::oauth
