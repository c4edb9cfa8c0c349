#pragma once
#include <string>

#include "config.hpp"

namespace valetkey::commands {

/// Wraps every data key under the first root key alone, also while it is served by a broker that has both keys.
int rotate_root(const Config& config);

struct DataKeyRotation {
  std::string tenant;         ///< empty: all
  bool only_finish = false;   ///< makes no new keys; forgets old ones whose time is over
};
/// New data keys, and everything that was sealed under the old ones sealed anew.
int rotate_data_keys(const Config& config, const DataKeyRotation& wanted);

}  // namespace valetkey::commands
