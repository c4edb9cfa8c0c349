#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "adapters/javascriptcore/worker_process.hpp"

namespace valetkey::adapters::javascriptcore {

/// Kills a worker that goes on for too long, where the engine's own limit does not reach: in a regular expression, among microtasks. It
/// counts the worker's processor time, so that a busy machine ends no script before its time, and bounds the time on the wall besides.
class TimeLimit {
 public:
  /// `worker` outlives this.
  TimeLimit(boost::asio::any_io_executor executor, WorkerProcess& worker);
  ~TimeLimit();
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  /// From now on the worker works, for at most so long in all its turns.
  void start(model::Milliseconds most);
  /// It waits for the broker: that does not count.
  void stop();
  [[nodiscard]] bool was_exceeded() const;

 private:
  struct Watch;
  std::shared_ptr<Watch> watch_;
};

}  // namespace valetkey::adapters::javascriptcore
