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
};

}  // namespace valetkey::vault
