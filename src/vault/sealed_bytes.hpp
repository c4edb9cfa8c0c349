#pragma once
#include <optional>
#include <string_view>

#include "model/sealed.hpp"
#include "model/secret.hpp"
#include "ports/random.hpp"
#include "vault/data_key.hpp"
#include "vault/place.hpp"

namespace valetkey::vault {

/// The parts of a sealed field: version (1 byte), length of the key's id (1), id, nonce (12), ciphertext and tag (16).
/// Views into the bytes they were read from.
struct SealedParts {
  std::string_view data_key;
  std::string_view nonce;
  std::string_view ciphertext;  ///< with the tag behind it
};
/// nullopt for bytes of another version or too few.
std::optional<SealedParts> parts_of(const model::Sealed& sealed);

/// The seal was taken from the key's reserved ones before.
model::Sealed seal_with(const DataKey& key, const Place& place, std::string_view plain, ports::Random& random);
/// nullopt when the bytes are not what was sealed at this place under this key.
std::optional<model::Secret> open_with(const DataKey& key, const Place& place, const SealedParts& parts);

}  // namespace valetkey::vault
