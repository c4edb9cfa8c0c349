#pragma once
#include <atomic>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>

#include "model/error.hpp"

namespace valetkey::adapters::sqlite {

/// A caller that waits: resumed once, on its own executor, which is kept busy until then.
///
/// The caller may end its executor as soon as it is resumed. Therefore the work travels with the answer, and the caller resumes only
/// after post(), which goes on touching the executor once the answer is in its queue, has returned on this thread.
template <class T>
class Completion {
 public:
  using Handler = boost::asio::any_completion_handler<void(model::Result<T>)>;

  Completion(Handler handler, const boost::asio::any_io_executor& executor)
      : handler_(std::move(handler)),
        executor_(executor),
        work_(executor) {}

  void operator()(model::Result<T> result) {
    auto is_posted = std::make_shared<std::atomic<bool>>(false);
    boost::asio::post(executor_, [is_posted, handler = std::move(handler_), answer = std::move(result), work = std::move(work_)]() mutable {
      is_posted->wait(false);
      std::move(handler)(std::move(answer));
    });
    is_posted->store(true);
    is_posted->notify_one();
  }

 private:
  Handler handler_;
  boost::asio::any_io_executor executor_;
  boost::asio::executor_work_guard<boost::asio::any_io_executor> work_;
};

}  // namespace valetkey::adapters::sqlite
