#include "adapters/sqlite/sqlite_store.hpp"

#include "adapters/sqlite/backup.hpp"
#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/inspection.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "adapters/sqlite/reader_pool.hpp"
#include "adapters/sqlite/reads.hpp"
#include "adapters/sqlite/writer.hpp"
#include "ports/completion.hpp"

namespace valetkey::adapters::sqlite {

using model::fail;

/// Readers end before the writer, so that the last connection to close is the one that may empty the log.
struct SqliteStore::Parts {
  std::filesystem::path path;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<ReaderPool> readers;
};

namespace {

/// Checks before anything is set up, so that a file that is not ours stays as it is.
model::Result<void> check_file(const std::filesystem::path& path, bool may_migrate) {
  auto connection = Connection::open(path, Access::kInspect);
  if (!connection) return fail(std::move(connection.error()));
  const auto pending = pending_migrations(**connection, embedded::migrations());
  if (!pending) return fail(pending.error());
  if (*pending != 0 && !may_migrate)
    return fail(model::Code::kNotSupported, "open the database: it is of an older version; start the server once to bring it up to date");
  return {};
}

model::Result<std::unique_ptr<Connection>> open_writer(const std::filesystem::path& path, model::WallTime now) {
  auto connection = Connection::open(path, Access::kWrite);
  if (!connection) return connection;
  const auto pending = pending_migrations(**connection, embedded::migrations());
  if (!pending) return fail(pending.error());
  if (*pending == 0) return connection;
  if (auto migrated = migrate(**connection, embedded::migrations(), now); !migrated) return fail(std::move(migrated.error()));
  return connection;
}

model::Result<std::unique_ptr<ReaderPool>> open_readers(const std::filesystem::path& path, std::size_t count) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
    auto connection = Connection::open(path, Access::kRead);
    if (!connection) return fail(std::move(connection.error()));
    connections.push_back(std::move(*connection));
  }
  return std::make_unique<ReaderPool>(std::move(connections));
}

}  // namespace

model::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path, const ports::Clock& clock,
                                                              ports::EventBus& bus, SqliteOptions options) {
  if (options.migrate)
    if (auto made = make_database_file(path); !made) return fail(std::move(made.error()));
  if (auto checked = check_file(path, options.migrate); !checked) return fail(std::move(checked.error()));
  auto connection = open_writer(path, clock.wall_now());
  if (!connection) return fail(std::move(connection.error()));
  auto readers = open_readers(path, options.readers);
  if (!readers) return fail(std::move(readers.error()));
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->writer = std::make_unique<Writer>(std::move(*connection),
                                           WriterOptions{.max_waiting = options.max_waiting_writes,
                                                         .max_group = options.max_group,
                                                         .watch_interval = options.watch_interval,
                                                         .metrics = options.metrics,
                                                         .before_commit = std::move(options.before_commit)},
                                           clock, bus);
  parts->readers = std::move(*readers);
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

template <class T, class Read>
ports::Answer<T> SqliteStore::read(Read read) {
  return ports::completed_by<model::Result<T>>([this, query = std::move(read)](ports::Completion<model::Result<T>> done) mutable {
    parts_->readers->submit(
        [query = std::move(query), done = std::move(done)](Connection& connection) mutable { done(query(connection)); });
  });
}

ports::Answer<std::optional<model::Row>> SqliteStore::get(model::Kind kind, std::string id) {
  return read<std::optional<model::Row>>([kind, id = std::move(id)](Connection& connection) { return read_row(connection, kind, id); });
}

ports::Answer<std::vector<model::Row>> SqliteStore::find(ports::Query query) {
  return read<std::vector<model::Row>>([query = std::move(query)](Connection& connection) { return read_rows(connection, query); });
}

ports::Answer<std::int64_t> SqliteStore::count(ports::Query query) {
  return read<std::int64_t>([query = std::move(query)](Connection& connection) { return count_rows(connection, query); });
}

ports::Answer<std::vector<model::Event>> SqliteStore::events(ports::EventQuery query) {
  return read<std::vector<model::Event>>([query = std::move(query)](Connection& connection) { return read_events(connection, query); });
}

ports::Answer<std::vector<model::AuditEntry>> SqliteStore::audit(std::string tenant, std::int64_t after, int limit) {
  return read<std::vector<model::AuditEntry>>(
      [tenant = std::move(tenant), after, limit](Connection& connection) { return read_audit(connection, tenant, after, limit); });
}

ports::Answer<void> SqliteStore::apply(ports::Unit unit) {
  return ports::completed_by<model::Result<void>>(
      [this, unit = std::move(unit)](Writer::Done done) mutable { parts_->writer->apply(std::move(unit), std::move(done)); });
}

model::Result<void> SqliteStore::backup(const std::filesystem::path& target) const { return sqlite::backup(parts_->path, target); }

model::Result<bool> SqliteStore::is_empty() const {
  auto connection = Connection::open(parts_->path, Access::kRead);
  if (!connection) return fail(std::move(connection.error()));
  return holds_no_record(**connection);
}

model::Result<std::vector<std::string>> SqliteStore::integrity_check() const {
  auto connection = Connection::open(parts_->path, Access::kRead);
  if (!connection) return fail(std::move(connection.error()));
  return integrity_problems(**connection);
}

std::uint64_t SqliteStore::commits() const { return parts_->writer->commits(); }

}  // namespace valetkey::adapters::sqlite
