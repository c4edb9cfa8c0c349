#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "services/service_document.hpp"

namespace valetkey::services {

/// The digest of `bytes`, raw.
std::string digest_of(HashAlgorithm algorithm, std::string_view bytes);
/// HMAC (RFC 2104) of `bytes`, raw.
std::string hmac_of(HashAlgorithm algorithm, std::string_view key, std::string_view bytes);

std::string encoded(Encoding encoding, std::string_view bytes);
/// nullopt for what is not of the encoding. Base64 in either alphabet's own strict form; hex in both cases.
std::optional<std::string> decoded(Encoding encoding, std::string_view text);

}  // namespace valetkey::services
