#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace valetkey::oauth {

/// What an ID token must say (OpenID Connect Core 3.1.3.7).
struct IdTokenExpectation {
  std::string issuer;       ///< empty: the integration declares none, `iss` is not compared
  std::string client_id;
  std::string nonce_hash;   ///< SHA-256 hex of the nonce sent; empty: none was sent
  model::WallTime now{};
  model::Seconds leeway{120};
};

/// The claims of an ID token that came from the token endpoint itself. TLS server validation stands for its signature there (Core
/// 3.1.3.7 point 6); one from the front channel is never given to this. Any mismatch is kProviderRejected and aborts the flow.
model::Result<boost::json::object> checked_claims(std::string_view id_token, const IdTokenExpectation& expected);

}  // namespace valetkey::oauth
