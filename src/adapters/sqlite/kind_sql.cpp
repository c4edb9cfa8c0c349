#include "adapters/sqlite/kind_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace valetkey::adapters::sqlite {

using model::Kind;

namespace {

KindSql make_sql(Kind kind) {
  const auto& facts = model::facts(kind);
  std::string own;
  std::string marks;
  std::string updates;
  for (const auto& column : facts.columns) {
    own += fmt::format(", {}", column.name);
    marks += ", ?";
    updates += fmt::format(", {0} = excluded.{0}", column.name);
  }
  KindSql sql;
  sql.columns = fmt::format("id, tenant, revision{}, doc, mac", own);
  sql.get = fmt::format("SELECT {} FROM {} WHERE id = ?", sql.columns, facts.table);
  // Not INSERT OR REPLACE, which would delete the row that holds a unique column. A row never changes its tenant.
  sql.put = fmt::format(
      "INSERT INTO {0} (id, tenant, revision{1}, doc, mac) VALUES (?, ?, 1{2}, ?, ?) ON CONFLICT (id) DO UPDATE SET "
      "revision = revision + 1{3}, doc = excluded.doc, mac = excluded.mac WHERE tenant = excluded.tenant",
      facts.table, own, marks, updates);
  sql.erase = fmt::format("DELETE FROM {} WHERE id = ? RETURNING tenant", facts.table);
  return sql;
}

model::Result<std::string> conditions(const ports::Query& query) {
  std::string out = "1";
  if (query.tenant) out += " AND tenant = ?";
  for (const auto& [column, value] : query.equal) {
    if (auto known = check_column(query.kind, column); !known) return model::fail(std::move(known.error()));
    out += fmt::format(" AND {} {} ?", column, std::holds_alternative<std::monostate>(value) ? "IS" : "=");
  }
  if (query.at_most) {
    if (auto known = check_column(query.kind, query.at_most->first); !known) return model::fail(std::move(known.error()));
    out += fmt::format(" AND {} <= ?", query.at_most->first);
  }
  return out;
}

}  // namespace

const KindSql& sql_of(Kind kind) {
  static const auto all = [] {
    std::array<KindSql, model::kKindCount> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = make_sql(static_cast<Kind>(i));
    return out;
  }();
  return all[static_cast<std::size_t>(kind)];
}

model::Result<void> check_column(Kind kind, std::string_view column) {
  const auto& columns = model::facts(kind).columns;
  if (column == "revision" || std::ranges::any_of(columns, [&](const auto& known) { return known.name == column; })) return {};
  return model::fail(model::Code::kInternal, fmt::format("{} has no column {}", model::facts(kind).table, column));
}

model::Result<std::string> find_sql(const ports::Query& query) {
  auto where = conditions(query);
  if (!where) return where;
  if (query.by_due && query.at_most)
    return fmt::format("SELECT {} FROM {} WHERE {} AND +id > ? ORDER BY {} LIMIT ?", sql_of(query.kind).columns,
                       model::facts(query.kind).table, *where, query.at_most->first);
  // The unary plus keeps the planner from walking the whole table in id order when few rows are due.
  const std::string_view id = query.at_most ? "+id" : "id";
  return fmt::format("SELECT {} FROM {} WHERE {} AND {} > ? ORDER BY {} LIMIT ?", sql_of(query.kind).columns,
                     model::facts(query.kind).table, *where, id, id);
}

model::Result<std::string> count_sql(const ports::Query& query) {
  if (query.equal.empty() && !query.at_most)
    return fmt::format("SELECT sum(count) FROM row_counts WHERE kind = '{}'{}", model::facts(query.kind).table,
                       query.tenant ? " AND tenant = ?" : "");
  auto where = conditions(query);
  if (!where) return where;
  return fmt::format("SELECT count(*) FROM {} WHERE {}", model::facts(query.kind).table, *where);
}

}  // namespace valetkey::adapters::sqlite
