#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "http/scopes.hpp"
#include "model/connection.hpp"
#include "model/tenant.hpp"

namespace valetkey::http {

/// Who calls: a verified API key.
struct Caller {
  model::ApiKeyId key;
  model::TenantId tenant;  ///< empty for an installation key
  model::KeyRole role = model::KeyRole::kTenant;
  ScopeSet scopes;
  model::KeyLimits limits;
  std::optional<model::WallTime> expires_at;
};

/// Whether the limits of the key let it touch the credential itself, and make connections through it. A key that is limited to
/// connections touches no credential. The tenant is checked by the read (vault::Records::load). What is not permitted must answer
/// like another tenant's: kNotFound.
bool permits(const Caller& caller, const model::CredentialId& credential);
/// The same for a connection of `credential`.
bool permits(const Caller& caller, const model::ConnectionId& connection, const model::CredentialId& credential);
inline bool permits(const Caller& caller, const model::Connection& connection) {
  return permits(caller, connection.id, connection.credential);
}

/// The same as a value for the engine; empty where the key has no limits, so that nothing is asked.
std::function<bool(const model::Connection&)> permission_of(std::shared_ptr<const Caller> caller);

}  // namespace valetkey::http
