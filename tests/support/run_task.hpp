#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "ports/task.hpp"

namespace valetkey::test {

/// Runs `task` on `context` until it has answered; other work of the context runs along. Throws when the context runs out of work.
template <class T>
T run(boost::asio::io_context& context, ports::Task<T> task) {
  std::optional<T> answer;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    answer.emplace(std::move(value));
  });
  context.restart();
  while (!answer && context.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!answer) throw std::runtime_error("the task waits for something that never happens");
  return std::move(*answer);
}

/// The same on a context of its own.
template <class T>
T run(ports::Task<T> task) {
  boost::asio::io_context context;
  return run(context, std::move(task));
}

}  // namespace valetkey::test
