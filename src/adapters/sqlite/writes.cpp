#include <fmt/format.h>

#include <boost/json.hpp>

#include "adapters/sqlite/kind_sql.hpp"
#include "adapters/sqlite/unit.hpp"

namespace valetkey::adapters::sqlite {

using model::Code;
using model::fail;
using model::Result;

namespace {

Result<void> perform(Connection& connection, const ports::Put& put, model::WallTime, Changes& changes) {
  const auto& row = put.row;
  const auto& facts = model::facts(row.kind);
  if (row.columns.size() != facts.columns.size()) return fail(Code::kInternal, fmt::format("save: a row of {} lacks columns", facts.table));
  auto statement = connection.prepare(sql_of(row.kind).put, "save");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(row.id)).bind(std::string_view(row.tenant));
  for (const auto& column : row.columns) statement->bind_column(column);
  statement->bind(std::string_view(row.doc));
  if (row.mac.empty()) statement->bind_null();
  else statement->bind_blob(row.mac);
  if (auto ran = statement->run(); !ran) return ran;
  if (connection.changes() == 0)
    return fail(Code::kConflict, "save: `id` is taken", {fmt::format("{} {} belongs to another tenant", facts.table, row.id)});
  changes.rows.push_back({row.kind, row.tenant, row.id});
  return {};
}

Result<void> perform(Connection& connection, const ports::Erase& erase, model::WallTime, Changes& changes) {
  auto statement = connection.prepare(sql_of(erase.kind).erase, "delete");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(erase.id));
  const auto erased = statement->step();
  if (!erased) return fail(erased.error());
  if (!*erased) return {};
  changes.rows.push_back({erase.kind, statement->text(0), erase.id});
  return statement->run();
}

Result<void> perform(Connection& connection, const ports::EraseExpired& erase, model::WallTime, Changes& changes) {
  if (auto known = check_column(erase.kind, erase.column); !known) return known;
  auto statement =
      connection.prepare(fmt::format("DELETE FROM {0} WHERE id IN (SELECT id FROM {0} WHERE {1} <= ? ORDER BY {1}, id LIMIT ?) "
                                     "RETURNING tenant, id",
                                     model::facts(erase.kind).table, erase.column),
                         "delete what expired");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(erase.at_most).bind(std::max(erase.limit, 0));
  for (;;) {
    const auto more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return {};
    changes.rows.push_back({erase.kind, statement->text(0), statement->text(1)});
  }
}

Result<void> erase_from(Connection& connection, std::string_view table, const std::string& tenant) {
  auto statement = connection.prepare(fmt::format("DELETE FROM {} WHERE tenant = ?", table), "delete a tenant");
  if (!statement) return fail(std::move(statement.error()));
  return statement->bind(std::string_view(tenant)).run();
}

Result<void> perform(Connection& connection, const ports::EraseTenant& erase, model::WallTime, Changes& changes) {
  if (erase.tenant.empty()) return fail(Code::kInternal, "delete a tenant: no tenant is named, and what has none is the installation's");
  changes.forget_everything = true;
  for (std::size_t i = 0; i < model::kKindCount; ++i)
    if (auto erased = erase_from(connection, model::facts(static_cast<model::Kind>(i)).table, erase.tenant); !erased) return erased;
  for (const std::string_view table : {"events", "audit", "leases", "row_counts"})
    if (auto erased = erase_from(connection, table, erase.tenant); !erased) return erased;
  return {};
}

Result<void> perform(Connection& connection, const ports::EraseEvents& erase, model::WallTime, Changes&) {
  auto statement =
      connection.prepare(fmt::format("DELETE FROM events WHERE sequence IN (SELECT sequence FROM events WHERE occurred_at < ?{} "
                                     "ORDER BY occurred_at, sequence LIMIT ?)",
                                     erase.tenant.empty() ? "" : " AND tenant = ?"),
                         "delete old events");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(model::to_unix_ms(erase.before));
  if (!erase.tenant.empty()) statement->bind(std::string_view(erase.tenant));
  return statement->bind(std::max(erase.limit, 0)).run();
}

Result<void> perform(Connection& connection, const ports::TakeLease& take, model::WallTime now, Changes&) {
  auto statement = connection.prepare(
      "INSERT INTO leases (name, owner, tenant, until_ms) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
      "owner = excluded.owner, tenant = excluded.tenant, until_ms = excluded.until_ms WHERE owner = excluded.owner OR until_ms <= ?",
      "take a lease");
  if (!statement) return fail(std::move(statement.error()));
  const auto now_ms = model::to_unix_ms(now);
  statement->bind(std::string_view(take.name)).bind(std::string_view(take.owner)).bind(std::string_view(take.tenant));
  statement->bind(now_ms + take.duration.count()).bind(now_ms);
  if (auto ran = statement->run(); !ran) return ran;
  if (connection.changes() != 0) return {};
  return fail(Code::kConflict, "take a lease: another node holds it", {take.name});
}

Result<void> perform(Connection& connection, const ports::DropLease& drop, model::WallTime, Changes&) {
  auto statement = connection.prepare("DELETE FROM leases WHERE name = ? AND owner = ?", "give up a lease");
  if (!statement) return fail(std::move(statement.error()));
  return statement->bind(std::string_view(drop.name)).bind(std::string_view(drop.owner)).run();
}

/// Nobody caches these rows, so they are not told.
Result<void> perform(Connection& connection, const ports::CountReads& reads, model::WallTime, Changes&) {
  auto statement = connection.prepare(
      "INSERT INTO token_reads (id, tenant, revision, minute, doc) VALUES (?, ?, 1, ?, ?) ON CONFLICT (id) DO UPDATE SET "
      "revision = revision + 1, doc = json_set(doc, '$.count', json_extract(doc, '$.count') + ?) WHERE tenant = excluded.tenant",
      "count token reads");
  if (!statement) return fail(std::move(statement.error()));
  const auto id = fmt::format("{}/{}/{}", reads.key, reads.connection, reads.minute);
  const auto doc =
      boost::json::serialize(boost::json::object{{"key", reads.key}, {"connection", reads.connection}, {"count", reads.count}});
  statement->bind(std::string_view(id))
      .bind(std::string_view(reads.tenant))
      .bind(reads.minute)
      .bind(std::string_view(doc))
      .bind(reads.count);
  return statement->run();
}

}  // namespace

Result<void> write(Connection& connection, const ports::Write& write, model::WallTime now, Changes& changes) {
  return std::visit([&](const auto& one) { return perform(connection, one, now, changes); }, write);
}

}  // namespace valetkey::adapters::sqlite
