#include "adapters/sqlite/unit.hpp"

namespace valetkey::adapters::sqlite {
namespace {

model::Result<void> apply_parts(Connection& connection, const ports::Unit& unit, model::WallTime now, Changes& changes) {
  for (const auto& precondition : unit.preconditions)
    if (auto held = check(connection, precondition); !held) return held;
  for (const auto& one : unit.writes)
    if (auto written = write(connection, one, now, changes); !written) return written;
  for (const auto& event : unit.events)
    if (auto added = add_event(connection, event); !added) return added;
  for (const auto& entry : unit.audit)
    if (auto added = add_audit(connection, entry); !added) return added;
  return {};
}

}  // namespace

model::Result<void> apply_unit(Connection& connection, const ports::Unit& unit, model::WallTime now, Changes& changes) {
  if (auto begun = connection.execute("SAVEPOINT unit", "save"); !begun) return begun;
  Changes own;
  auto applied = apply_parts(connection, unit, now, own);
  if (!applied) {
    // An outage may have ended the whole transaction; then there is no savepoint left to go back to.
    if (connection.in_transaction()) (void)connection.execute("ROLLBACK TO unit; RELEASE unit", "save");
    return applied;
  }
  if (auto released = connection.execute("RELEASE unit", "save"); !released) return released;
  std::ranges::move(own.rows, std::back_inserter(changes.rows));
  changes.forget_everything |= own.forget_everything;
  return {};
}

}  // namespace valetkey::adapters::sqlite
