#pragma once
#include <string>
#include <utility>
#include <vector>

#include "ports/task.hpp"

namespace valetkey::ports {

/// A place outside the store for the only copy of a rotated token while the store is down (DESIGN 5.3). Bytes are sealed by the caller.
class Rescue {
 public:
  virtual ~Rescue() = default;
  /// Durable (synced) when it answers; replaces a record of the same name.
  virtual Answer<void> keep(std::string name, std::string sealed) = 0;
  virtual Answer<std::vector<std::pair<std::string, std::string>>> all() = 0;
  virtual Answer<void> drop(std::string name) = 0;
};

}  // namespace valetkey::ports
