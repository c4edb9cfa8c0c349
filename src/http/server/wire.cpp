#include "http/server/wire.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace valetkey::http::server {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadAtOnce = 64 * 1024;

}  // namespace

ports::Task<bool> Wire::fill() {
  if (has_left()) co_return false;
  is_filling_ = true;
  const auto [error, received] = co_await transport_.read_unless_stopped(buffer_.room(kReadAtOnce));
  is_filling_ = false;
  wake();
  if (error == asio::error::operation_aborted) co_return false;
  if (error) leave();
  else buffer_.received(received);
  has_progress_ = true;
  co_return !error;
}

void Wire::stop_filling() {
  if (is_filling_) transport_.stop_reading();
}

ports::Task<bool> Wire::write(std::string_view bytes) {
  while (is_writing_) co_await until_woken();
  if (has_left()) co_return false;
  if (bytes.empty()) co_return true;
  const auto written = transport_.write_now(bytes);
  if (written > 0) has_progress_ = true;
  if (written == bytes.size()) co_return true;
  co_return co_await write_waiting(bytes.substr(written));
}

ports::Task<bool> Wire::write_waiting(std::string_view bytes) {
  is_writing_ = true;
  while (!bytes.empty()) {
    const auto [error, written] = co_await transport_.write_some(bytes);
    if (error) {
      leave();
      break;
    }
    has_progress_ = true;
    bytes.remove_prefix(written);
  }
  is_writing_ = false;
  wake();
  co_return bytes.empty();
}

ports::Task<void> Wire::settle() {
  stop_filling();
  while (is_filling_ || is_writing_) co_await until_woken();
}

void Wire::leave() {
  transport_.close();
  departure_.announce();
}

void Wire::abort() {
  transport_.abort();
  departure_.announce();
}

ports::Task<void> Wire::until_woken() {
  if (!woken_) woken_.emplace(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await woken_->async_wait(asio::as_tuple(asio::use_awaitable));
}

void Wire::wake() {
  if (woken_) woken_->cancel();
}

}  // namespace valetkey::http::server
