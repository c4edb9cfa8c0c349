#pragma once
#include <cstdint>
#include <string>

#include "model/id.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

/// An event in the outbox: written in the unit of the change that caused it. `sequence` is assigned in commit order.
struct Event {
  EventId id;
  TenantId tenant;
  std::int64_t sequence = 0;
  std::string type;        ///< of the broker: connection.created, ...; of an application: webhook.{eventType}, action.{eventType}
  std::string connection;  ///< id or empty
  std::string credential;  ///< id or empty
  std::string integration; ///< slug or empty; of an application's events
  std::string request;     ///< id of the received request or empty
  std::string payload;     ///< JSON object: what may be read by whoever may list events
  Sealed body{};           ///< the application's own payload, JSON, under the tenant's key of events (S40); empty: there is none
  WallTime occurred_at{};
};

/// One line of the audit log (S43). The store chains it: hash = SHA-256(previous hash, content), per tenant.
struct AuditEntry {
  TenantId tenant;         ///< empty: the installation's own chain
  std::int64_t sequence = 0;
  WallTime at{};
  std::string actor;       ///< key id, "system", "end_user"
  std::string action;      ///< credential.created, key.deleted, ...
  std::string target;      ///< id
  std::string detail;      ///< JSON object, no secrets
  std::string hash;        ///< hex; set by the store
};

/// The next link of the chain, hex. `previous` is empty for the first entry of a tenant.
std::string chained_hash(const std::string& previous, const AuditEntry& entry);

}  // namespace valetkey::model
