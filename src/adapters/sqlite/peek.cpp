#include "adapters/sqlite/peek.hpp"

#include "adapters/sqlite/inspection.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "adapters/sqlite/reads.hpp"

namespace valetkey::adapters::sqlite {

namespace {

/// nullptr where nothing was ever set up.
model::Result<std::unique_ptr<Connection>> opened(const std::filesystem::path& path) {
  auto connection = Connection::open(path, Access::kInspect);
  if (!connection) return connection;
  const auto pending = pending_migrations(**connection, embedded::migrations());
  if (!pending) return model::fail(pending.error());
  if (*pending == embedded::migrations().size()) return nullptr;
  return connection;
}

}  // namespace

model::Result<std::vector<model::Row>> peek(const std::filesystem::path& path, const ports::Query& query) {
  auto connection = opened(path);
  if (!connection) return model::fail(std::move(connection.error()));
  if (*connection == nullptr) return std::vector<model::Row>{};
  return read_rows(**connection, query);
}

model::Result<bool> peek_is_empty(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return true;
  auto connection = opened(path);
  if (!connection) return model::fail(std::move(connection.error()));
  if (*connection == nullptr) return true;
  return holds_no_record(**connection);
}

}  // namespace valetkey::adapters::sqlite
