#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "services/service_document.hpp"
#include "services/verify/finding.hpp"

namespace valetkey::services::verify {

/// A compact JWS (RFC 7515 7.1), taken apart and not yet verified. The text it was read from outlives it.
struct Jws {
  std::string_view signing_input;
  std::string signature;
  std::string algorithm;
  std::string kid;                 ///< empty: none
  boost::json::value claims;       ///< an object, not to be believed before the signature is
};

inline constexpr std::size_t kMostJwsBytes = 1 << 20;

/// token_malformed for everything but three parts in base64url, a header without repeated names and without `crit` (RFC 7515 4.1.11:
/// no extension is understood here) and `b64`, and claims that are an object without repeated names.
Finding<Jws> parse_jws(std::string_view text);

/// Which of the document's algorithms the token says it uses; the token alone never decides. nullptr: none of them.
const JwtAlgorithm* allowed_algorithm(const std::vector<JwtAlgorithm>& allowed, std::string_view name);

/// Whether it signs with a secret (HS256, ...), and with which digest.
const HashAlgorithm* secret_digest(JwtAlgorithm algorithm);

/// Whether an object anywhere in `text`, which is JSON, has a name twice: two readers would see two different tokens.
bool has_repeated_names(std::string_view text);

}  // namespace valetkey::services::verify
