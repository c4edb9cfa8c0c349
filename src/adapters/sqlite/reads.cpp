#include "adapters/sqlite/reads.hpp"

#include <fmt/format.h>

#include "adapters/sqlite/kind_sql.hpp"

namespace valetkey::adapters::sqlite {

using model::fail;

namespace {

model::Row row_of(const Statement& statement, model::Kind kind) {
  const auto own = model::facts(kind).columns.size();
  model::Row row{.kind = kind, .tenant = statement.text(1), .id = statement.text(0), .revision = statement.integer(2)};
  row.columns.reserve(own);
  int at = 3;
  for (std::size_t i = 0; i < own; ++i) row.columns.push_back(statement.column(at++));
  row.doc = statement.text(at++);
  row.mac = statement.blob(at);
  return row;
}

void bind_conditions(Statement& statement, const ports::Query& query) {
  if (query.tenant) statement.bind(std::string_view(*query.tenant));
  for (const auto& [column, value] : query.equal) statement.bind_column(value);
  if (query.at_most) statement.bind(query.at_most->second);
}

/// Calls `take` with the statement at each row.
template <class Take>
model::Result<void> each_row(Statement& statement, Take take) {
  for (;;) {
    auto more = statement.step();
    if (!more) return fail(std::move(more.error()));
    if (!*more) return {};
    take(statement);
  }
}

}  // namespace

model::Result<std::optional<model::Row>> read_row(Connection& connection, model::Kind kind, const std::string& id) {
  auto statement = connection.prepare(sql_of(kind).get, "read a record");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(id));
  auto found = statement->step();
  if (!found) return fail(std::move(found.error()));
  if (!*found) return std::optional<model::Row>{};
  return row_of(*statement, kind);
}

model::Result<std::vector<model::Row>> read_rows(Connection& connection, const ports::Query& query) {
  const auto sql = find_sql(query);
  if (!sql) return fail(sql.error());
  auto statement = connection.prepare(*sql, "find records");
  if (!statement) return fail(std::move(statement.error()));
  bind_conditions(*statement, query);
  statement->bind(std::string_view(query.after)).bind(std::max(query.limit, 0));
  std::vector<model::Row> rows;
  auto read = each_row(*statement, [&](const Statement& at) { rows.push_back(row_of(at, query.kind)); });
  if (!read) return fail(std::move(read.error()));
  return rows;
}

model::Result<std::int64_t> count_rows(Connection& connection, const ports::Query& query) {
  const auto sql = count_sql(query);
  if (!sql) return fail(sql.error());
  auto statement = connection.prepare(*sql, "count records");
  if (!statement) return fail(std::move(statement.error()));
  bind_conditions(*statement, query);
  auto row = statement->step();
  if (!row) return fail(std::move(row.error()));
  return statement->integer(0);
}

model::Result<std::vector<model::Event>> read_events(Connection& connection, const ports::EventQuery& query) {
  std::string sql =
      "SELECT sequence, id, tenant, type, connection, credential, payload, occurred_at, integration, request, body FROM events WHERE "
      "sequence > ?";
  const std::pair<std::string_view, std::string_view> equal[] = {{"connection", query.connection},
                                                                 {"credential", query.credential},
                                                                 {"type", query.type},
                                                                 {"integration", query.integration},
                                                                 {"id", query.id}};
  if (query.tenant) sql += " AND tenant = ?";
  for (const auto& [column, value] : equal)
    if (!value.empty()) sql += fmt::format(" AND {} = ?", column);
  if (query.since) sql += " AND occurred_at >= ?";
  if (query.until) sql += " AND occurred_at < ?";
  sql += " ORDER BY sequence LIMIT ?";
  auto statement = connection.prepare(sql, "read events");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(query.after);
  if (query.tenant) statement->bind(std::string_view(*query.tenant));
  for (const auto& [column, value] : equal)
    if (!value.empty()) statement->bind(value);
  if (query.since) statement->bind(model::to_unix_ms(*query.since));
  if (query.until) statement->bind(model::to_unix_ms(*query.until));
  statement->bind(std::max(query.limit, 0));
  std::vector<model::Event> events;
  auto read = each_row(*statement, [&](const Statement& at) {
    events.push_back({.id = model::EventId{at.text(1)},
                      .tenant = model::TenantId{at.text(2)},
                      .sequence = at.integer(0),
                      .type = at.text(3),
                      .connection = at.text(4),
                      .credential = at.text(5),
                      .integration = at.text(8),
                      .request = at.text(9),
                      .payload = at.text(6),
                      .body = {at.blob(10)},
                      .occurred_at = model::from_unix_ms(at.integer(7))});
  });
  if (!read) return fail(std::move(read.error()));
  return events;
}

model::Result<std::vector<model::AuditEntry>> read_audit(Connection& connection, const std::string& tenant, std::int64_t after, int limit) {
  auto statement = connection.prepare(
      "SELECT tenant, sequence, at, actor, action, target, detail, hash FROM audit WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?",
      "read the audit log");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(tenant)).bind(after).bind(std::max(limit, 0));
  std::vector<model::AuditEntry> entries;
  auto read = each_row(*statement, [&](const Statement& at) {
    entries.push_back({.tenant = model::TenantId{at.text(0)},
                       .sequence = at.integer(1),
                       .at = model::from_unix_ms(at.integer(2)),
                       .actor = at.text(3),
                       .action = at.text(4),
                       .target = at.text(5),
                       .detail = at.text(6),
                       .hash = at.text(7)});
  });
  if (!read) return fail(std::move(read.error()));
  return entries;
}

}  // namespace valetkey::adapters::sqlite
