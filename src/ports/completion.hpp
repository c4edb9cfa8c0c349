#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "ports/task.hpp"

namespace valetkey::ports {

/// Ends one coroutine's wait from any thread; the coroutine resumes on its own executor. Used once, or dropped, which destroys the
/// coroutine. The coroutine may end its context as soon as it is resumed: it resumes only after post(), which goes on touching the
/// context once the answer is in its queue, has returned on the completing thread, where nothing of the executor stays behind.
template <class T>
class Completion {
 public:
  template <class Handler>
  Completion(boost::asio::any_io_executor executor, Handler handler)
      : executor_(std::move(executor)),
        handler_([handler = std::move(handler)](T value) mutable { std::move(handler)(std::move(value)); }) {}

  void operator()(T value) {
    auto is_posted = std::make_shared<std::atomic<bool>>(false);
    boost::asio::post(executor_, [is_posted, handler = std::move(handler_), value = std::move(value)]() mutable {
      is_posted->wait(false);
      handler(std::move(value));
    });
    is_posted->store(true);
    is_posted->notify_one();
  }

 private:
  boost::asio::any_io_executor executor_;
  // Not any_completion_handler: its move assignment in Boost 1.81 calls itself without end.
  std::move_only_function<void(T)> handler_;
};

/// Calls `start(Completion<T>)` and waits until it is called. Not cancellable: what it starts has its own deadline.
template <class T, class Start>
Task<T> completed_by(Start start) {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [&start, &executor](auto handler) { start(Completion<T>(executor, std::move(handler))); };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(std::move(initiate),
                                                                                                boost::asio::use_awaitable);
}

}  // namespace valetkey::ports
