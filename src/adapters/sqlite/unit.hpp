#pragma once
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "ports/event_bus.hpp"
#include "ports/store.hpp"

namespace valetkey::adapters::sqlite {

/// What a group's units changed; told to everyone after its commit.
struct Changes {
  std::vector<ports::Change> rows;
  bool forget_everything = false;
};

/// Applies one unit inside the open transaction, under a savepoint of its own: an error leaves nothing of it.
/// `now` is the store's time, for leases.
model::Result<void> apply_unit(Connection& connection, const ports::Unit& unit, model::WallTime now, Changes& changes);

/// Its parts.
model::Result<void> check(Connection& connection, const ports::Precondition& precondition);
model::Result<void> write(Connection& connection, const ports::Write& write, model::WallTime now, Changes& changes);
model::Result<void> add_event(Connection& connection, const model::Event& event);
model::Result<void> add_audit(Connection& connection, const model::AuditEntry& entry);

}  // namespace valetkey::adapters::sqlite
