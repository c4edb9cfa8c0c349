#include <fmt/format.h>

#include "adapters/sqlite/kind_sql.hpp"
#include "adapters/sqlite/unit.hpp"

namespace valetkey::adapters::sqlite {

using model::Code;
using model::fail;

namespace {

constexpr std::string_view kDoing = "check what a change builds on";

model::Result<void> hold(Connection& connection, const ports::Expect& expect) {
  if (auto known = check_column(expect.kind, expect.column); !known) return known;
  auto statement =
      connection.prepare(fmt::format("SELECT {} FROM {} WHERE id = ?", expect.column, model::facts(expect.kind).table), kDoing);
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(expect.id));
  const auto found = statement->step();
  if (!found) return fail(found.error());
  if (*found && statement->column(0) == expect.value) return {};
  return fail(Code::kPreconditionFailed, "save: it was changed or deleted meanwhile; read it again",
              {fmt::format("{} {}: {} is not as expected", model::facts(expect.kind).table, expect.id, expect.column)});
}

model::Result<void> hold(Connection& connection, const ports::ExpectAbsent& expect) {
  auto statement = connection.prepare(fmt::format("SELECT 1 FROM {} WHERE id = ?", model::facts(expect.kind).table), kDoing);
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(expect.id));
  const auto found = statement->step();
  if (!found) return fail(found.error());
  if (!*found) return {};
  return fail(Code::kPreconditionFailed, "save: it exists already",
              {fmt::format("{} {} exists", model::facts(expect.kind).table, expect.id)});
}

model::Result<void> hold(Connection& connection, const ports::ExpectFewer& expect) {
  const ports::Query of_tenant{.kind = expect.kind, .tenant = expect.tenant};
  const auto sql = count_sql(of_tenant);
  if (!sql) return fail(sql.error());
  auto statement = connection.prepare(*sql, kDoing);
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(std::string_view(expect.tenant));
  const auto row = statement->step();
  if (!row) return fail(row.error());
  if (statement->integer(0) <= expect.most) return {};
  return fail(Code::kQuotaExceeded, fmt::format("save: the tenant's quota of {} is used up", model::facts(expect.kind).table));
}

}  // namespace

model::Result<void> check(Connection& connection, const ports::Precondition& precondition) {
  return std::visit([&](const auto& one) { return hold(connection, one); }, precondition);
}

}  // namespace valetkey::adapters::sqlite
