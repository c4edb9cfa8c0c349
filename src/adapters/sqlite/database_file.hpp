#pragma once
#include <filesystem>

#include "model/error.hpp"

namespace valetkey::adapters::sqlite {

/// Makes an empty file (0600) where there is none, and missing directories above it (0700). The log and the index that SQLite puts
/// beside it take over its mode.
model::Result<void> make_database_file(const std::filesystem::path& path);

/// The same, but kConflict where something has that name.
model::Result<void> make_new_file(const std::filesystem::path& path);

/// Syncs a file and the directory that names it.
model::Result<void> sync_file(const std::filesystem::path& path);

}  // namespace valetkey::adapters::sqlite
