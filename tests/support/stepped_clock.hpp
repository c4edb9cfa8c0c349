#pragma once
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "ports/clock.hpp"

namespace valetkey::test {

/// A clock that stands still until a test moves it; thread safe. Starts at 2026-01-01T00:00:00Z. Sleepers resume on their own
/// executors, and may be cancelled or destroyed with them; the clock outlives every call of sleep_until that still runs.
class SteppedClock final : public ports::Clock {
 public:
  [[nodiscard]] model::WallTime wall_now() const override;
  [[nodiscard]] model::BootTime boot_now() const override;
  ports::Task<void> sleep_until(model::BootTime until) override;

  /// Moves wall and boot time, and wakes whoever is due, in the order of their times.
  void advance(model::Milliseconds by);
  /// Moves to the next sleeper's time and wakes it; false if nobody sleeps.
  bool step();
  /// The wall clock jumps, boot time does not move.
  void set_wall_jump(model::Milliseconds by);

  [[nodiscard]] std::size_t sleepers() const;
  [[nodiscard]] std::optional<model::BootTime> next_due() const;

 private:
  using Sleepers = std::multimap<model::BootTime, std::weak_ptr<boost::asio::steady_timer>>;

  void wake_due();
  void forget_gone() const;

  mutable std::mutex mutex_;  // guards each timer's initiation and waking, too
  model::WallTime wall_{std::chrono::sys_days{std::chrono::January / 1 / 2026}};
  model::BootTime boot_{model::Milliseconds{1'000'000}};
  mutable Sleepers sleepers_;
};

}  // namespace valetkey::test
