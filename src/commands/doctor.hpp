#pragma once
#include <span>
#include <string>

#include "config.hpp"

namespace valetkey::commands {

/// Checks everything that can be checked without starting the server, changes nothing, and prints a line for each:
/// `ok|warning|problem  what: detail; what to do`. `config` may be what load_config() refused. 0, or the status with which `serve`
/// would refuse.
int doctor(const model::Result<Config>& config);

/// Tells what the egress policy says about a URL, for `tenant` (empty: any): each address that its host has, and why. 0: all of them
/// are allowed.
int doctor_egress(const Config& config, const std::string& url, const std::string& tenant);

}  // namespace valetkey::commands
