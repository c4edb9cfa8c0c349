#include "adapters/sqlite/connection.hpp"

#include <sqlite3.h>

#include "adapters/sqlite/sqlite_error.hpp"

namespace valetkey::adapters::sqlite {
namespace {

// FULL: a commit is on disk when it answers. secure_delete: what a deleted tenant's rows held is overwritten, its data keys above
// all. The page cache, and no memory map: an unreadable page of a mapped file ends the process, and a map counts as resident.
constexpr const char* kWriterSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF";
constexpr const char* kReaderSettings =
    "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; PRAGMA trusted_schema = OFF";
/// A look leaves nothing behind. Opened as usual, a file in WAL mode gets a log and an index beside it even for reading. Where there is
/// no log, nobody has it open, and all there is stands in the file.
std::string uri_to_inspect(const std::filesystem::path& path) {
  std::error_code error;
  const bool has_log = std::filesystem::exists(path.string() + "-wal", error) || error;
  std::string uri = "file:";
  for (const char c : path.string()) {
    if (c == '%' || c == '?' || c == '#') uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    else uri += c;
  }
  return uri + (has_log ? "?mode=ro" : "?immutable=1");
}

constexpr int kBusyMilliseconds = 5'000;  // a command line of the same host may hold the write lock briefly

}  // namespace

void Connection::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

model::Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, Access access) {
  sqlite3* handle = nullptr;
  const bool is_look = access == Access::kInspect;
  const auto name = is_look ? uri_to_inspect(std::filesystem::absolute(path)) : path.string();
  const int mode = is_look ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  const int code = sqlite3_open_v2(name.c_str(), &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) {
    auto error = error_of(handle, code, "open the database");
    error.log.text += " (" + path.string() + ")";
    return model::fail(std::move(error));
  }
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (access == Access::kWrite || access == Access::kRead) {
    auto set = connection->execute(access == Access::kWrite ? kWriterSettings : kReaderSettings, "open the database");
    if (!set) return model::fail(std::move(set.error()));
  }
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

model::Result<void> Connection::execute(const std::string& script, std::string_view doing) {
  const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return model::fail(error_of(handle_, code, doing));
  return {};
}

model::Result<Statement> Connection::prepare(std::string_view sql, std::string_view doing) {
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return model::fail(error_of(handle_, code, doing));
    known = statements_.emplace(std::string(sql), prepared).first;
  }
  return Statement(known->second.get(), doing);
}

model::Result<std::int64_t> Connection::integer_of(std::string_view sql, std::string_view doing) {
  auto statement = prepare(sql, doing);
  if (!statement) return model::fail(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return model::fail(std::move(row.error()));
  return *row ? statement->integer(0) : 0;
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace valetkey::adapters::sqlite
