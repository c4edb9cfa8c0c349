#pragma once
#include "commands/findings.hpp"
#include "config.hpp"

namespace valetkey::commands {

// The checks of `valetkey doctor`; none changes anything.

void check_data_dir(const Config& config, Findings& findings);
void check_keys(const Config& config, Findings& findings);
void check_database(const Config& config, Findings& findings);
void check_listeners(const Config& config, Findings& findings);
void check_tls(const Config& config, Findings& findings);
void check_public_url(const Config& config, Findings& findings);
void check_egress(const Config& config, Findings& findings);
/// Clock and limits of the process.
void check_machine(Findings& findings);

}  // namespace valetkey::commands
