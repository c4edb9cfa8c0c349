#pragma once
#include <map>
#include <string>
#include <vector>

#include "oauth/client.hpp"

namespace valetkey::oauth {

/// The secrets of one authorisation request.
struct AuthorizationSecrets {
  std::string state;          ///< 256 bits
  std::string code_verifier;  ///< 256 bits; empty: PKCE is off
  std::string nonce;          ///< 256 bits; empty: no ID token asked for
};

/// The URL that the browser is sent to (RFC 6749 4.1.1, RFC 7636 4.3: S256 only, OpenID Connect Core 3.1.2.1), with the integration's
/// own parameters and renames. Pure.
model::Result<std::string> authorization_url(const Client& client, const std::vector<std::string>& scopes,
                                             const AuthorizationSecrets& secrets, const std::map<std::string, std::string>& fields);

/// BASE64URL(SHA256(verifier)) (RFC 7636 4.2).
std::string code_challenge(const std::string& verifier);

}  // namespace valetkey::oauth
