#pragma once
#include <string>

#include "config.hpp"

namespace valetkey::commands {

/// Puts a backup where there is no database, on hold: another copy may own its tokens (DESIGN 5.8). Needs the root key; until that is
/// known to fit, nothing is written.
int restore(const Config& config, const std::string& backup);

}  // namespace valetkey::commands
