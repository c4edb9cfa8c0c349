#include "adapters/sqlite/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

namespace valetkey::adapters::sqlite {

using model::Code;

namespace {

/// The last column of "UNIQUE constraint failed: connections.credential, connections.unique_key": indexes are declared so that it is
/// the field that the caller chose.
std::string column_of(std::string_view message) {
  const auto dot = message.rfind('.');
  return dot == std::string_view::npos ? std::string("id") : std::string(message.substr(dot + 1));
}

std::string_view why(int primary_code) {
  switch (primary_code) {
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_READONLY: return "the database is read-only";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another process holds the database";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return "the database cannot be opened";
    case SQLITE_NOMEM: return "out of memory";
    default: return "the disk does not answer";
  }
}

}  // namespace

model::Error error_of(sqlite3* handle, int code, std::string_view doing) {
  const std::string message = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  model::LogOnly log{fmt::format("sqlite {}: {}", code, message)};
  const auto error = [&](Code meaning, std::string_view reason) {
    return model::Error{.code = meaning, .detail = fmt::format("{}: {}", doing, reason), .log = std::move(log)};
  };
  switch (const int primary = code & 0xff; primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return error(Code::kIntegrity, "the database is damaged; restore a backup");
    case SQLITE_CONSTRAINT:
      if (code != SQLITE_CONSTRAINT_UNIQUE && code != SQLITE_CONSTRAINT_PRIMARYKEY)
        return error(Code::kInternal, "a constraint of the schema failed");
      return error(Code::kConflict, fmt::format("`{}` is taken", column_of(message)));
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT: return error(Code::kStoreUnavailable, why(primary));
    default: return error(Code::kInternal, "an unexpected answer of the database");
  }
}

bool ends_transaction(const model::Error& error) { return error.code == Code::kStoreUnavailable || error.code == Code::kIntegrity; }

}  // namespace valetkey::adapters::sqlite
