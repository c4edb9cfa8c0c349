#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/secret.hpp"
#include "services/verify/public_key.hpp"

namespace valetkey::services::verify {

/// What must be fetched before a signature can be judged (S30). The URL is checked against `hosts` by who fetches it.
struct KeyRequest {
  enum class From { kJwks, kCertificate, kEndpoint };
  From from = From::kJwks;
  std::string url;
  std::vector<std::string> hosts;
  std::string kid;                  ///< empty: the token names none
  std::string path_suffix;          ///< kCertificate
  std::vector<std::string> names;   ///< kCertificate: one of them must be a name of the certificate; empty: any
  std::string method;               ///< kEndpoint, like the next ones
  model::Secret body;               ///< JSON; may hold the application's client secret
  std::string key_path;
  std::string expired_path;
};

struct FetchedKey {
  std::string kid;                  ///< empty: none was said
  std::string algorithm;            ///< `alg` of a JWK; empty: any that fits its type
  PublicKey key;
  std::optional<model::WallTime> from, until;  ///< when it signs, as its certificate or its answer says
};

using KeySet = std::vector<FetchedKey>;
using KeySetPtr = std::shared_ptr<const KeySet>;

}  // namespace valetkey::services::verify
