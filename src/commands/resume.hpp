#pragma once
#include "config.hpp"

namespace valetkey::commands {

/// Ends the hold of a restored or moved store, also while it is served. Of all copies of a store only one may be resumed.
int resume(const Config& config);

}  // namespace valetkey::commands
