#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/sqlite/connection.hpp"

namespace valetkey::adapters::sqlite {

/// What `doctor` asks. Nothing is created, set up or changed.
struct Inspection {
  bool exists = false;
  bool is_empty = true;                 ///< holds no record
  std::size_t pending_migrations = 0;
  std::vector<std::string> problems;    ///< of PRAGMA integrity_check; empty: sound
};

/// Errors as of pending_migrations() besides those of opening.
model::Result<Inspection> inspect(const std::filesystem::path& path);

model::Result<bool> holds_no_record(Connection& connection);
model::Result<std::vector<std::string>> integrity_problems(Connection& connection);

}  // namespace valetkey::adapters::sqlite
