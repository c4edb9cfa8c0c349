#pragma once
#include <filesystem>

#include "model/error.hpp"

namespace valetkey::adapters::sqlite {

/// Copies the database to a fresh file (0600), one moment of it, while it is written; synced when it answers. kConflict when `target`
/// exists. What it holds is sealed and useless without a root key, which is never in it (S42).
model::Result<void> backup(const std::filesystem::path& database, const std::filesystem::path& target);

}  // namespace valetkey::adapters::sqlite
