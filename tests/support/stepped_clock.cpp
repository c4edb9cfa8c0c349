#include "support/stepped_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace valetkey::test {
namespace asio = boost::asio;

model::WallTime SteppedClock::wall_now() const {
  const std::lock_guard lock(mutex_);
  return wall_;
}

model::BootTime SteppedClock::boot_now() const {
  const std::lock_guard lock(mutex_);
  return boot_;
}

ports::Task<void> SteppedClock::sleep_until(model::BootTime until) {
  // A timer that never ends by itself, owned by this frame: waking is moving its expiry into the past.
  const auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  auto initiate = [this, until, &timer](auto handler) {
    const std::lock_guard lock(mutex_);
    if (until <= boot_) timer->expires_at(asio::steady_timer::time_point::min());
    else sleepers_.emplace(until, timer);
    timer->async_wait(std::move(handler));
  };
  auto token = asio::as_tuple(asio::use_awaitable);
  co_await asio::async_initiate<decltype(token), void(boost::system::error_code)>(std::move(initiate), token);
}

void SteppedClock::advance(model::Milliseconds by) {
  const std::lock_guard lock(mutex_);
  wall_ += by;
  boot_ += by;
  wake_due();
}

bool SteppedClock::step() {
  const std::lock_guard lock(mutex_);
  forget_gone();
  if (sleepers_.empty()) return false;
  const auto by = std::chrono::ceil<model::Milliseconds>(sleepers_.begin()->first - boot_);
  wall_ += by;
  boot_ += by;
  wake_due();
  return true;
}

void SteppedClock::set_wall_jump(model::Milliseconds by) {
  const std::lock_guard lock(mutex_);
  wall_ += by;
}

std::size_t SteppedClock::sleepers() const {
  const std::lock_guard lock(mutex_);
  forget_gone();
  return sleepers_.size();
}

std::optional<model::BootTime> SteppedClock::next_due() const {
  const std::lock_guard lock(mutex_);
  forget_gone();
  if (sleepers_.empty()) return std::nullopt;
  return sleepers_.begin()->first;
}

void SteppedClock::wake_due() {
  const auto due = sleepers_.upper_bound(boot_);
  for (auto sleeper = sleepers_.begin(); sleeper != due; ++sleeper)
    if (const auto timer = sleeper->second.lock()) timer->expires_at(asio::steady_timer::time_point::min());
  sleepers_.erase(sleepers_.begin(), due);
}

void SteppedClock::forget_gone() const {
  std::erase_if(sleepers_, [](const auto& sleeper) { return sleeper.second.expired(); });
}

}  // namespace valetkey::test
