#include "adapters/sqlite/sqlite_error.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace valetkey::adapters::sqlite {
namespace {

using model::Code;

TEST(SqliteError, has_one_meaning_per_code) {
  const std::vector<std::pair<int, Code>> meanings = {
      {SQLITE_FULL, Code::kStoreUnavailable},
      {SQLITE_READONLY, Code::kStoreUnavailable},
      {SQLITE_READONLY_DIRECTORY, Code::kStoreUnavailable},
      {SQLITE_IOERR, Code::kStoreUnavailable},
      {SQLITE_IOERR_FSYNC, Code::kStoreUnavailable},
      {SQLITE_IOERR_SHORT_READ, Code::kStoreUnavailable},
      {SQLITE_CANTOPEN, Code::kStoreUnavailable},
      {SQLITE_BUSY, Code::kStoreUnavailable},
      {SQLITE_BUSY_SNAPSHOT, Code::kStoreUnavailable},
      {SQLITE_LOCKED, Code::kStoreUnavailable},
      {SQLITE_PERM, Code::kStoreUnavailable},
      {SQLITE_NOMEM, Code::kStoreUnavailable},
      {SQLITE_PROTOCOL, Code::kStoreUnavailable},
      {SQLITE_INTERRUPT, Code::kStoreUnavailable},
      {SQLITE_CORRUPT, Code::kIntegrity},
      {SQLITE_CORRUPT_INDEX, Code::kIntegrity},
      {SQLITE_NOTADB, Code::kIntegrity},
      {SQLITE_CONSTRAINT_UNIQUE, Code::kConflict},
      {SQLITE_CONSTRAINT_PRIMARYKEY, Code::kConflict},
      {SQLITE_CONSTRAINT_NOTNULL, Code::kInternal},
      {SQLITE_ERROR, Code::kInternal},
      {SQLITE_MISUSE, Code::kInternal},
      {SQLITE_TOOBIG, Code::kInternal},
      {SQLITE_MISMATCH, Code::kInternal},
  };
  for (const auto& [code, meaning] : meanings) {
    const auto error = error_of(nullptr, code, "save");
    EXPECT_EQ(error.code, meaning) << code;
    EXPECT_EQ(error.detail.rfind("save: ", 0), 0U) << error.detail;
    EXPECT_NE(error.log.text.find(std::to_string(code)), std::string::npos);
    EXPECT_EQ(ends_transaction(error), meaning == Code::kStoreUnavailable || meaning == Code::kIntegrity);
  }
}

}  // namespace
}  // namespace valetkey::adapters::sqlite
