#include "adapters/sqlite/migrations.hpp"

#include <fmt/format.h>

#include "model/digest.hpp"

namespace valetkey::adapters::sqlite {

using model::Code;
using model::fail;

namespace {

constexpr std::string_view kDoing = "migrate the database";

std::string digest(const embedded::File& file) { return model::sha256_hex(file.bytes); }

model::Result<void> is_applied(const embedded::File& file, std::string_view name, std::string_view sha256) {
  if (file.name != name)
    return fail(Code::kNotSupported,
                fmt::format("{}: it has the migration {}, which this version does not know in its place; run the version "
                            "that wrote it or a newer one",
                            kDoing, name));
  if (digest(file) != sha256)
    return fail(Code::kIntegrity, fmt::format("{}: the migration {} that it has is not the one of this version", kDoing, name));
  return {};
}

model::Result<void> apply(Connection& connection, const embedded::File& file, model::WallTime now) {
  if (auto run = connection.execute(std::string(file.bytes), kDoing); !run) return run;
  auto record = connection.prepare("INSERT INTO schema_migrations (name, sha256, applied_at) VALUES (?, ?, ?)", kDoing);
  if (!record) return fail(std::move(record.error()));
  const auto sha256 = digest(file);
  record->bind(file.name).bind(std::string_view(sha256)).bind(model::to_unix_ms(now));
  return record->run();
}

model::Result<void> apply_missing(Connection& connection, std::span<const embedded::File> known, model::WallTime now) {
  // Again, under the lock: another process may have been faster.
  auto pending = pending_migrations(connection, known);
  if (!pending) return fail(std::move(pending.error()));
  auto made = connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
      kDoing);
  if (!made) return made;
  for (const auto& file : known.last(*pending))
    if (auto applied = apply(connection, file, now); !applied) return applied;
  return {};
}

}  // namespace

model::Result<std::size_t> pending_migrations(Connection& connection, std::span<const embedded::File> known) {
  const auto has_list = connection.integer_of("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'", kDoing);
  if (!has_list) return fail(has_list.error());
  if (*has_list == 0) {
    const auto tables = connection.integer_of("SELECT count(*) FROM sqlite_schema", kDoing);
    if (!tables) return fail(tables.error());
    if (*tables != 0) return fail(Code::kNotSupported, fmt::format("{}: it belongs to another program", kDoing));
    return known.size();
  }
  auto statement = connection.prepare("SELECT name, sha256 FROM schema_migrations ORDER BY name", kDoing);
  if (!statement) return fail(std::move(statement.error()));
  std::size_t applied = 0;
  for (;;) {
    const auto more = statement->step();
    if (!more) return fail(more.error());
    if (!*more) return known.size() - applied;
    const auto name = statement->text(0);
    const auto fits = is_applied(applied < known.size() ? known[applied] : embedded::File{}, name, statement->text(1));
    if (!fits) return fail(fits.error());
    ++applied;
  }
}

model::Result<void> migrate(Connection& connection, std::span<const embedded::File> known, model::WallTime now) {
  if (auto begun = connection.execute("BEGIN EXCLUSIVE", kDoing); !begun) return begun;
  auto applied = apply_missing(connection, known, now);
  if (applied) applied = connection.execute("COMMIT", kDoing);
  if (!applied && connection.in_transaction()) (void)connection.execute("ROLLBACK", kDoing);
  return applied;
}

}  // namespace valetkey::adapters::sqlite
