#pragma once
#include <filesystem>
#include <vector>

#include "model/error.hpp"
#include "ports/store.hpp"

namespace valetkey::adapters::sqlite {

/// The rows that `query` finds in a database that is not opened for work: a backup, or a store whose keys are still to be tried. Nothing
/// is set up or changed. Errors as of opening.
model::Result<std::vector<model::Row>> peek(const std::filesystem::path& path, const ports::Query& query);

/// Whether there is no record in it; true where there is no file.
model::Result<bool> peek_is_empty(const std::filesystem::path& path);

}  // namespace valetkey::adapters::sqlite
