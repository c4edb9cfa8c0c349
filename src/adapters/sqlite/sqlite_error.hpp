#pragma once
#include <string_view>

#include "model/error.hpp"

struct sqlite3;

namespace valetkey::adapters::sqlite {

/// What an extended result code of SQLite means to a caller. `doing` is lower case: "save". Messages of SQLite, which may hold paths,
/// go to the log only.
model::Error error_of(sqlite3* handle, int code, std::string_view doing);

/// The transaction in which it happened can only be rolled back: the disk failed, or a damaged page was met, after which SQLite
/// commits nothing of it.
bool ends_transaction(const model::Error& error);

}  // namespace valetkey::adapters::sqlite
