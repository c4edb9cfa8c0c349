// What a unit leaves behind in order: events under one sequence of the store, audit entries under one chain per tenant. Both numbers are
// assigned here, by the one writer inside the transaction, and therefore in commit order.
#include "adapters/sqlite/unit.hpp"

namespace valetkey::adapters::sqlite {

using model::fail;

model::Result<void> add_event(Connection& connection, const model::Event& event) {
  auto statement = connection.prepare(
      "INSERT INTO events (id, tenant, type, connection, credential, payload, occurred_at, integration, request, body) VALUES (?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?)",
      "save an event");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(event.id.str())).bind(std::string_view(event.tenant.str())).bind(std::string_view(event.type));
  statement->bind_optional(event.connection).bind_optional(event.credential).bind(std::string_view(event.payload));
  statement->bind(model::to_unix_ms(event.occurred_at)).bind_optional(event.integration).bind_optional(event.request);
  return statement->bind_blob(event.body.bytes).run();
}

namespace {

/// The link that the next entry of `entry.tenant` hangs on.
model::Result<std::pair<std::int64_t, std::string>> last_link(Connection& connection, const std::string& tenant) {
  auto statement =
      connection.prepare("SELECT sequence, hash FROM audit WHERE tenant = ? ORDER BY sequence DESC LIMIT 1", "save an audit entry");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(tenant));
  const auto found = statement->step();
  if (!found) return fail(found.error());
  if (!*found) return std::pair<std::int64_t, std::string>{0, ""};
  return std::pair{statement->integer(0), statement->text(1)};
}

}  // namespace

model::Result<void> add_audit(Connection& connection, const model::AuditEntry& entry) {
  auto last = last_link(connection, entry.tenant.str());
  if (!last) return fail(std::move(last.error()));
  auto linked = entry;
  linked.sequence = last->first + 1;
  linked.hash = model::chained_hash(last->second, linked);
  auto statement =
      connection.prepare("INSERT INTO audit (tenant, sequence, at, actor, action, target, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                         "save an audit entry");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(linked.tenant.str())).bind(linked.sequence).bind(model::to_unix_ms(linked.at));
  statement->bind(std::string_view(linked.actor)).bind(std::string_view(linked.action)).bind(std::string_view(linked.target));
  return statement->bind(std::string_view(linked.detail)).bind(std::string_view(linked.hash)).run();
}

}  // namespace valetkey::adapters::sqlite
