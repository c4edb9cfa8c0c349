#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "model/secret.hpp"

namespace valetkey::model {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

/// AES-256-GCM (NIST SP 800-38D): appends ciphertext and tag to `out`. One nonce serves one call under a key, ever.
/// Sizes of key and nonce are the constants above; anything else is a bug and throws.
void aead_seal(std::string& out, std::string_view key, std::string_view nonce, std::string_view associated, std::string_view plain);

/// Opens what aead_seal() appended. nullopt when key, nonce, associated data or any bit differs.
std::optional<Secret> aead_open(std::string_view key, std::string_view nonce, std::string_view associated, std::string_view sealed);

}  // namespace valetkey::model
