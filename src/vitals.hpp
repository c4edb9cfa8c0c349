#pragma once
#include "app.hpp"

namespace valetkey {

/// Keeps the gauges true while the broker serves: the process every few seconds, the connections by state every few minutes.
ports::Task<void> watch_vitals(App::Parts& parts);

}  // namespace valetkey
