#pragma once
#include <string>

#include "model/error.hpp"

namespace valetkey::adapters::system {

/// All of these block, and fail with kStoreUnavailable.

/// Makes the directory, 0700, if it is missing; its entry in the parent is synced.
model::Result<void> make_directory(const std::string& path);
/// Replaces `directory/name` as a whole, 0600; synced when it returns.
model::Result<void> write_durably(const std::string& directory, const std::string& name, std::string_view bytes);
/// No error if it is missing.
model::Result<void> remove_durably(const std::string& directory, const std::string& name);
model::Result<std::string> read_file(const std::string& path);

}  // namespace valetkey::adapters::system
