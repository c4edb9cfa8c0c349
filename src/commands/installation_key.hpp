#pragma once
#include <string>

#include "config.hpp"

namespace valetkey::commands {

/// Makes a key for the routes of the installation (tenants), and prints it, once.
int make_installation_key(const Config& config, const std::string& name);

}  // namespace valetkey::commands
