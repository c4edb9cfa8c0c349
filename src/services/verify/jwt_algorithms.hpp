#pragma once
#include <string_view>
#include <vector>

#include "services/service_document.hpp"

namespace valetkey::services::verify {

/// Which of the document's algorithms the token says it uses; the token alone never decides. nullptr: none of them.
const JwtAlgorithm* allowed_algorithm(const std::vector<JwtAlgorithm>& allowed, std::string_view name);

/// Whether it signs with a secret (HS256, ...), and with which digest.
const HashAlgorithm* secret_digest(JwtAlgorithm algorithm);

}  // namespace valetkey::services::verify
