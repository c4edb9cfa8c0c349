#include "events/rounds.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <vector>

#include "ports/completion.hpp"

namespace valetkey::events {

struct Rounds::State {
  boost::asio::any_io_executor executor;
  Round round;
  std::atomic<bool> is_wanted{false};
  std::atomic<bool> is_stopping{false};
  bool is_running = false;  // on the executor
};

Rounds::Rounds(boost::asio::any_io_executor executor, Round round)
    : state_(std::make_shared<State>(std::move(executor), std::move(round))) {}

void Rounds::ask() {
  if (state_->is_stopping || state_->is_wanted.exchange(true)) return;
  boost::asio::co_spawn(state_->executor, run(state_), boost::asio::detached);
}

void Rounds::stop() { state_->is_stopping = true; }
bool Rounds::is_stopping() const { return state_->is_stopping; }

ports::Task<void> Rounds::run(std::shared_ptr<State> state) {
  if (state->is_running) co_return;  // the round that runs sees that another is wanted
  // Also when a round throws: the next one is run all the same.
  const std::unique_ptr<bool, void (*)(bool*)> running(&(state->is_running = true), [](bool* flag) { *flag = false; });
  while (!state->is_stopping && state->is_wanted.exchange(false)) co_await state->round();
}

ports::Task<void> side_by_side(std::vector<ports::Task<void>> tasks) {
  if (tasks.empty()) co_return;
  const auto executor = co_await boost::asio::this_coro::executor;
  auto start = [&](ports::Completion<bool> done) {
    struct Rest {
      std::size_t count;
      ports::Completion<bool> done;
    };
    auto rest = std::make_shared<Rest>(tasks.size(), std::move(done));
    for (auto& task : tasks)
      boost::asio::co_spawn(executor, std::move(task), [rest](const std::exception_ptr&) {
        if (--rest->count == 0) rest->done(true);
      });
  };
  co_await ports::completed_by<bool>(std::move(start));
}

}  // namespace valetkey::events
