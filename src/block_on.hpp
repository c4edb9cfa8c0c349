#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "ports/task.hpp"

namespace valetkey {

/// Runs one task to its end on this thread: start, stop and commands, where nothing else runs yet.
template <class T>
T block_on(ports::Task<T> task) {
  // Outlives the store: a thread of it may still be about to wake this context when the task has ended.
  thread_local boost::asio::io_context context;
  std::optional<T> answer;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    if (!thrown) answer.emplace(std::move(value));
  });
  context.restart();
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(answer.value());
}

}  // namespace valetkey
