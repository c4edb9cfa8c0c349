#include "adapters/sqlite/inspection.hpp"

#include <fmt/format.h>

#include "adapters/sqlite/migrations.hpp"
#include "model/row.hpp"

namespace valetkey::adapters::sqlite {

using model::fail;

model::Result<bool> holds_no_record(Connection& connection) {
  for (std::size_t i = 0; i < model::kKindCount; ++i) {
    const auto table = model::facts(static_cast<model::Kind>(i)).table;
    const auto some = connection.integer_of(fmt::format("SELECT EXISTS (SELECT 1 FROM {})", table), "look into the database");
    if (!some) return fail(some.error());
    if (*some != 0) return false;
  }
  return true;
}

model::Result<std::vector<std::string>> integrity_problems(Connection& connection) {
  auto statement = connection.prepare("PRAGMA integrity_check", "check the database");
  if (!statement) return fail(std::move(statement.error()));
  std::vector<std::string> problems;
  for (;;) {
    const auto more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return problems;
    if (auto line = statement->text(0); line != "ok") problems.push_back(std::move(line));
  }
}

model::Result<Inspection> inspect(const std::filesystem::path& path) {
  Inspection seen;
  std::error_code error;
  seen.exists = std::filesystem::exists(path, error);
  if (error) return fail(model::Code::kStoreUnavailable, "look into the database: " + error.message(), {path.string()});
  if (!seen.exists) {
    seen.pending_migrations = embedded::migrations().size();
    return seen;
  }
  auto connection = Connection::open(path, Access::kInspect);
  if (!connection) return fail(std::move(connection.error()));
  const auto pending = pending_migrations(**connection, embedded::migrations());
  if (!pending) return fail(pending.error());
  seen.pending_migrations = *pending;
  auto problems = integrity_problems(**connection);
  if (!problems) return fail(std::move(problems.error()));
  seen.problems = std::move(*problems);
  if (seen.pending_migrations == embedded::migrations().size()) return seen;
  const auto empty = holds_no_record(**connection);
  if (!empty) return fail(empty.error());
  seen.is_empty = *empty;
  return seen;
}

}  // namespace valetkey::adapters::sqlite
