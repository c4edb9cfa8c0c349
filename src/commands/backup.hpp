#pragma once
#include <string>

#include "config.hpp"

namespace valetkey::commands {

/// Copies the database, one moment of it, into a new file (0600), also while it is served. Needs no root key and never copies one.
int backup(const Config& config, const std::string& target);

}  // namespace valetkey::commands
