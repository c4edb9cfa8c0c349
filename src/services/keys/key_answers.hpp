#pragma once
#include "services/keys/certificates.hpp"
#include "services/keys/fetched_keys.hpp"

namespace valetkey::services {

inline constexpr std::size_t kMostKeys = 100;

/// The signing keys of a JWK set (RFC 7517 5), or of an object of key ids and certificates. Those of a kind that is not used here are left
/// out. kInvalidInput: too many, or none.
model::Result<verify::KeySet> keys_of_set(std::string_view text);
/// The one key of a key endpoint's answer.
model::Result<verify::KeySet> keys_of_endpoint(std::string_view text, const verify::KeyRequest& request);

/// How long an answer may be kept: an hour, less where Cache-Control says so (RFC 9111 5.2.2.1), but a minute at least.
model::Seconds keep_for(std::string_view cache_control);

}  // namespace valetkey::services
