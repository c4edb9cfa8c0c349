#pragma once
#include "ports/clock.hpp"

namespace valetkey::adapters::system {

/// The operating system's clocks: CLOCK_REALTIME and CLOCK_BOOTTIME. Without state, thread safe.
class SystemClock final : public ports::Clock {
 public:
  [[nodiscard]] model::WallTime wall_now() const override;
  [[nodiscard]] model::BootTime boot_now() const override;
  ports::Task<void> sleep_until(model::BootTime until) override;
};

}  // namespace valetkey::adapters::system
