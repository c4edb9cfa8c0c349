#include "adapters/sqlite/backup.hpp"

#include <sqlite3.h>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/sqlite_error.hpp"

namespace valetkey::adapters::sqlite {
namespace {

constexpr std::string_view kDoing = "back the database up";
constexpr std::string_view kMarking = "mark the database";

model::Result<void> copy(Connection& from, const std::filesystem::path& target) {
  auto to = Connection::open(target, Access::kFill);
  if (!to) return model::fail(std::move(to.error()));
  auto* const job = sqlite3_backup_init((*to)->handle(), "main", from.handle(), "main");
  if (job == nullptr) return model::fail(error_of((*to)->handle(), sqlite3_extended_errcode((*to)->handle()), kDoing));
  // In one step: with the write-ahead log the writer goes on meanwhile, and the copy never starts over.
  const int stepped = sqlite3_backup_step(job, -1);
  sqlite3_backup_finish(job);
  if (stepped != SQLITE_DONE) return model::fail(error_of((*to)->handle(), stepped, kDoing));
  return (*to)->execute("PRAGMA user_version = 1", kMarking);
}

}  // namespace

model::Result<void> backup(const std::filesystem::path& database, const std::filesystem::path& target) {
  auto from = Connection::open(database, Access::kRead);
  if (!from) return model::fail(std::move(from.error()));
  if (auto made = make_new_file(target); !made) return made;
  auto copied = copy(**from, target);
  if (copied) copied = sync_file(target);
  if (!copied) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(target.string() + suffix, ignored);
  }
  return copied;
}

model::Result<bool> has_backup_mark(const std::filesystem::path& database) {
  auto connection = Connection::open(database, Access::kInspect);
  if (!connection) return model::fail(std::move(connection.error()));
  const auto mark = (*connection)->integer_of("PRAGMA user_version", kMarking);
  if (!mark) return model::fail(mark.error());
  return *mark != 0;
}

model::Result<void> remove_backup_mark(const std::filesystem::path& database) {
  auto connection = Connection::open(database, Access::kWrite);
  if (!connection) return model::fail(std::move(connection.error()));
  return (*connection)->execute("PRAGMA user_version = 0", kMarking);
}

}  // namespace valetkey::adapters::sqlite
