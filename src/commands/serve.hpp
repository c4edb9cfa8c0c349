#pragma once
#include "config.hpp"

namespace valetkey::commands {

/// Serves until SIGTERM, SIGINT or SIGHUP, then drains. Prints one line on standard output when it is ready.
int serve(Config config);

}  // namespace valetkey::commands
