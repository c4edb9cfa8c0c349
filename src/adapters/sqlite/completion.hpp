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

  Completion(Handler handler, const boost::asio::any_io_executor& executor) : handler_(std::move(handler)), work_(executor) {}

  void operator()(model::Result<T> result) {
    boost::asio::post(work_.get_executor(), [handler = std::move(handler_), answer = std::move(result)]() mutable {
      std::move(handler)(std::move(answer));
    });
    work_.reset();
  }

 private:
  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::any_io_executor> work_;
};

}  // namespace valetkey::adapters::sqlite
