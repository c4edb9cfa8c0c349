#pragma once
#include <optional>
#include <string>
#include <vector>

#include "http/caller.hpp"
#include "model/secret.hpp"
#include "vault/records.hpp"

namespace valetkey::http {

inline constexpr std::string_view kTenantKeyPrefix = "vk_";
inline constexpr std::string_view kInstallationKeyPrefix = "vki_";

struct KeySpec {
  model::TenantId tenant;  ///< empty for an installation key
  model::KeyRole role = model::KeyRole::kTenant;
  std::string name;
  ScopeSet scopes;
  model::KeyLimits limits;
  std::optional<model::WallTime> expires_at;
  std::string created_by;  ///< id of the key that makes it, or "system"
};

struct MadeKey {
  model::ApiKey record;
  model::Secret text;  ///< shown once
};

/// A new key: prefix + 256 random bits.
MadeKey make_key(KeySpec spec, const vault::KeyRing& keys, const ports::Clock& clock, ports::Random& random);
/// The same with a text that the operator chose (bootstrap).
MadeKey make_key_of(model::Secret text, KeySpec spec, const vault::KeyRing& keys, const ports::Clock& clock, ports::Random& random);

/// What the record is found by: hex of a keyed hash of the key.
std::string key_lookup(const vault::KeyRing& keys, std::string_view text);
/// Hex of a keyed hash over the key and everything it may do (S17).
std::string key_hash(const vault::KeyRing& keys, std::string_view text, const model::ApiKey& record);

/// Whether `maker` may make such a key: scopes, limits and expiry within its own (S17). An installation key, and the bootstrap key,
/// may make any key of any tenant. kForbidden, or kInvalidInput with pointers.
model::Result<void> check_within(const Caller& maker, const KeySpec& wanted);

/// The unit that stores it. The first key that may make keys ends the bootstrap key (S18).
ports::Answer<ports::Unit> unit_of_new_key(const vault::Records& records, const ports::Clock& clock, model::ApiKey record);

}  // namespace valetkey::http
