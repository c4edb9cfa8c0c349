#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace valetkey::model {

/// A compact JWS (RFC 7515 7.1), taken apart and not yet verified. The text it was read from outlives it.
struct Jws {
  std::string_view signing_input;
  std::string signature;
  std::string algorithm;
  std::string kid;                 ///< empty: none
  boost::json::value claims;       ///< an object, not to be believed before the signature is
};

/// nullopt for everything but three parts in base64url, at most 1 MiB, a header without repeated names and without `crit` (RFC 7515
/// 4.1.11: no extension is understood here) and `b64`, claims that are an object without repeated names, and a signature.
std::optional<Jws> read_jws(std::string_view text);

/// Whether an object anywhere in `text`, which is JSON, has a name twice: two readers would see two different tokens.
bool has_repeated_names(std::string_view text);

}  // namespace valetkey::model
