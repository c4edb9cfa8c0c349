#pragma once
#include <filesystem>

#include "model/error.hpp"

namespace valetkey::adapters::sqlite {

/// Copies the database to a fresh file (0600), one moment of it, while it is written; synced when it answers. kConflict when `target`
/// exists. What it holds is sealed and useless without a root key, which is never in it (S42). The copy bears a mark.
model::Result<void> backup(const std::filesystem::path& database, const std::filesystem::path& target);

/// Whether backup() made the file and nobody took the mark away since: tokens in it may have been spent by the store it was made of.
model::Result<bool> has_backup_mark(const std::filesystem::path& database);
model::Result<void> remove_backup_mark(const std::filesystem::path& database);

}  // namespace valetkey::adapters::sqlite
