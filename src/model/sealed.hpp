#pragma once
#include <string>

namespace valetkey::model {

/// Bytes under a data key (src/vault): version, data key id, nonce, ciphertext, tag. Stored as base64 in documents.
struct Sealed {
  std::string bytes;
  [[nodiscard]] bool empty() const { return bytes.empty(); }
};

}  // namespace valetkey::model
