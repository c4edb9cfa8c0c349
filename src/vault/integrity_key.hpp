#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/secret.hpp"

namespace valetkey::vault {

/// The installation's key for MACs and keyed hashes (S17, S41). Thread safe.
class IntegrityKey {
 public:
  explicit IntegrityKey(model::Secret key);

  /// HMAC-SHA-256 over label and bytes, each behind its length; 32 raw bytes.
  [[nodiscard]] std::string mac(std::string_view label, std::string_view bytes) const;

 private:
  model::Secret key_;
  std::uint64_t serial_;  ///< tells the contexts of this key from those of another in the same thread
};

}  // namespace valetkey::vault
