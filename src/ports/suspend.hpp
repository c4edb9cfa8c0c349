#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "ports/task.hpp"

namespace valetkey::ports {

/// Resumes one suspended coroutine on its own executor, from any thread, once. Dropping it without a call ends the coroutine's frame
/// when its executor does.
template <class T>
class Resume {
 public:
  using Handler = boost::asio::any_completion_handler<void(T)>;

  Resume() = default;
  Resume(boost::asio::any_io_executor executor, Handler handler) : executor_(std::move(executor)), handler_(std::move(handler)) {}

  void operator()(T value) {
    boost::asio::post(executor_,
                      [handler = std::move(handler_), value = std::move(value)]() mutable { std::move(handler)(std::move(value)); });
  }

 private:
  boost::asio::any_io_executor executor_;
  Handler handler_;
};

/// Suspends the calling coroutine, gives `start` a Resume<T> to keep, and answers what that is called with.
template <class T, class Start>
Task<T> suspend(Start start) {
  auto executor = co_await boost::asio::this_coro::executor;
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [&start, &executor](auto handler) { start(Resume<T>(executor, typename Resume<T>::Handler(std::move(handler)))); },
      boost::asio::use_awaitable);
}

}  // namespace valetkey::ports
