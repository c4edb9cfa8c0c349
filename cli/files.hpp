#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "model/secret.hpp"

namespace valetkey::cli {

/// The bytes of a file, or of standard input for `-`. kUsage when it cannot be read or is longer than 8 MiB.
Outcome<std::string> read_file(const std::string& path);

/// One secret without its line end, from a file or standard input (`-`). kUsage when it is empty or holds control bytes.
Outcome<model::Secret> read_secret(const std::string& path);

/// The file as it is or the new one, never half of either; mode 0600. Its folder is made with mode 0700.
Outcome<void> write_private_file(const std::string& path, std::string_view bytes);

/// A private file: kUsage where others than its owner, who must be this user, may read or change it.
Outcome<std::string> read_private_file(const std::string& path);
bool file_exists(const std::string& path);

}  // namespace valetkey::cli
