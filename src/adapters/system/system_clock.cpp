#include "adapters/system/system_clock.hpp"

#include <time.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace valetkey::adapters::system {
namespace {

namespace asio = boost::asio;

/// The timer of Asio stands still while the machine is suspended, boot time does not: look again at least this often.
constexpr model::Seconds kLongestWait{30};

}  // namespace

model::WallTime SystemClock::wall_now() const { return std::chrono::floor<model::Milliseconds>(std::chrono::system_clock::now()); }

model::BootTime SystemClock::boot_now() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return model::BootTime{std::chrono::floor<model::Microseconds>(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec})};
}

ports::Task<void> SystemClock::sleep_until(model::BootTime until) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto now = boot_now(); now < until; now = boot_now()) {
    timer.expires_after(std::min<model::Microseconds>(until - now, kLongestWait));
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
  }
}

}  // namespace valetkey::adapters::system
