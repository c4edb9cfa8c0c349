#pragma once
#include "model/time.hpp"
#include "ports/task.hpp"

namespace valetkey::ports {

/// Time. Nothing else in the house asks the operating system for it.
class Clock {
 public:
  virtual ~Clock() = default;
  /// UTC; may jump.
  [[nodiscard]] virtual model::WallTime wall_now() const = 0;
  /// Since boot, suspend included; never jumps.
  [[nodiscard]] virtual model::BootTime boot_now() const = 0;
  /// Resumes on the caller's executor when boot time has reached `until`, or at once if it has. Ends early, without an error,
  /// only when the executor shuts down.
  virtual Task<void> sleep_until(model::BootTime until) = 0;
};

}  // namespace valetkey::ports
