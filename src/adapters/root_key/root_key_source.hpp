#pragma once
#include <filesystem>

#include "adapters/root_key/root_keys.hpp"

namespace valetkey::adapters::root_key {

/// The keys of a file, one a line, `#` comments. kNotFound when there is no such file; kKeyUnavailable for a mode other than 0600
/// or 0400, and for anything that is no key.
model::Result<std::vector<model::Secret>> root_keys_from_file(const std::filesystem::path& path);

/// Whether a root key may lie beside the data it protects: whoever copies the folder then has both (S42).
enum class InsideDataDir { kRefuse, kAllow };

/// Makes a root key for an empty store: the file is new (O_EXCL), 0600, and durable when this answers, so that nothing is ever wrapped
/// under a key that a crash could take away. kConflict when the file exists; nothing is overwritten, ever.
model::Result<std::vector<model::Secret>> create_root_key(const std::filesystem::path& path, const std::filesystem::path& data_dir,
                                                          ports::Random& random, InsideDataDir inside = InsideDataDir::kRefuse);

}  // namespace valetkey::adapters::root_key
