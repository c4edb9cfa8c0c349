#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "ports/task.hpp"

namespace valetkey::events {

/// A piece of work that is done one round at a time, and once more whenever somebody asked for it meanwhile. Thread safe; the rounds run
/// on the executor, which is one thread. A round that leaves something undone asks again by itself.
class Rounds {
 public:
  using Round = std::function<ports::Task<void>()>;

  /// What `round` works with outlives the executor's work, not this.
  Rounds(boost::asio::any_io_executor executor, Round round);
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;
  ~Rounds() { stop(); }

  void ask();
  /// No round is begun any more; one that runs goes on to its end.
  void stop();
  [[nodiscard]] bool is_stopping() const;

 private:
  struct State;
  static ports::Task<void> run(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

/// Runs all tasks at once on the caller's executor, which is one thread, and waits for the last.
ports::Task<void> side_by_side(std::vector<ports::Task<void>> tasks);

}  // namespace valetkey::events
