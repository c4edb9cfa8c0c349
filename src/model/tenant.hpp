#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/id.hpp"

namespace valetkey::model {

/// What a tenant forbids or limits; nullopt: the installation's default.
struct Policy {
  bool forbid_password_grant = false;
  bool forbid_front_channel = false;
  std::optional<std::int64_t> max_credentials;
  std::optional<std::int64_t> max_connections;
};

struct Tenant {
  TenantId id;
  std::int64_t revision = 0;
  std::string name;
  Policy policy;
  WallTime created_at{};
};

enum class KeyRole { kTenant, kInstallation, kBootstrap };

struct KeyLimits {
  std::vector<std::string> credentials;  ///< ids; empty: all
  std::vector<std::string> connections;  ///< ids; empty: all
};

/// A bearer key of the API (S17). The key itself is never stored.
struct ApiKey {
  ApiKeyId id;
  TenantId tenant;          ///< empty for an installation key
  std::int64_t revision = 0;
  KeyRole role = KeyRole::kTenant;
  std::string name;
  std::vector<std::string> scopes;
  KeyLimits limits;
  std::optional<WallTime> expires_at;
  std::string lookup;       ///< hex of a keyed hash of the key: what it is found by
  std::string hash;         ///< hex of a keyed hash over key, id, tenant, role, scopes, limits, expiry
  WallTime created_at{};
  std::string created_by;   ///< id of the key that made it
};

/// A callback path that is reserved before its credential exists (S2).
struct CallbackKey {
  std::string id;           ///< callback_key: 128 bits
  TenantId tenant;
  std::string integration;
  std::string credential;   ///< id once taken
  WallTime created_at{};
};

/// One per store: which copy this is (DESIGN 5.8) and the wrapped integrity key.
struct Installation {
  std::string id;
  std::int64_t revision = 0;
  std::string fingerprint;  ///< of data_dir and host; differs on a restored or cloned copy
  bool hold = false;
  std::string hold_reason;
  WallTime created_at{};
  std::optional<WallTime> first_admin_at;  ///< the bootstrap credential is dead from then on
};

}  // namespace valetkey::model
