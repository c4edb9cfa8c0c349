#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "model/error.hpp"

namespace valetkey::adapters::sqlite {

/// A caller that waits: resumed once, on its own executor, which is kept busy until then.
template <class T>
class Completion {
 public:
  using Handler = boost::asio::any_completion_handler<void(model::Result<T>)>;

  Completion(Handler handler, const boost::asio::any_io_executor& executor)
      : handler_(std::move(handler)),
        executor_(executor),
        work_(executor) {}

  /// The caller may end its executor as soon as it is resumed. So nothing of this thread holds work there after the post: the work
  /// travels with the answer.
  void operator()(model::Result<T> result) {
    boost::asio::post(executor_, [handler = std::move(handler_), answer = std::move(result), work = std::move(work_)]() mutable {
      std::move(handler)(std::move(answer));
    });
  }

 private:
  Handler handler_;
  boost::asio::any_io_executor executor_;
  boost::asio::executor_work_guard<boost::asio::any_io_executor> work_;
};

}  // namespace valetkey::adapters::sqlite
