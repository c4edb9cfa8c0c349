#pragma once
#include <optional>

#include "vault/data_keys.hpp"
#include "vault/integrity_key.hpp"
#include "vault/key_ring.hpp"

namespace valetkey::vault {

struct KeyRing::State {
  ports::Store& store;
  ports::Random& random;
  DataKeys keys;
  std::optional<IntegrityKey> integrity;  ///< set by start(), then constant

  /// A ring whose root key did not fit must not make data keys under it (S42).
  [[nodiscard]] model::Result<void> is_open() const {
    if (integrity) return {};
    return model::fail(model::Code::kKeyUnavailable, "the store was not opened with its root key");
  }
};

}  // namespace valetkey::vault
