#include "adapters/javascriptcore/time_limit.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <mutex>

namespace valetkey::adapters::javascriptcore {

using model::Milliseconds;

namespace {

constexpr Milliseconds kLook{20};
constexpr Milliseconds kGrace{2'000};  // on the wall, for a machine that has no time for the worker

}  // namespace

struct TimeLimit::Watch : std::enable_shared_from_this<Watch> {
  Watch(const boost::asio::any_io_executor& executor, WorkerProcess& watched)
      : timer(executor),
        worker(&watched),
        used_before(watched.time_used()) {}

  /// `in` from now, unless it is stopped before. Under the lock.
  void look(Milliseconds in) {
    timer.expires_after(in);
    timer.async_wait([self = shared_from_this(), turn = turn, in](const boost::system::error_code& error) {
      const std::scoped_lock lock(self->mutex);
      if (error || self->worker == nullptr || turn != self->turn) return;
      self->on_wall += in;
      self->is_exceeded = self->worker->time_used() - self->used_before >= self->most || self->on_wall >= self->most + kGrace;
      if (self->is_exceeded) self->worker->kill();
      else self->look(kLook);
    });
  }

  std::mutex mutex;
  boost::asio::steady_timer timer;
  WorkerProcess* worker;  ///< null: it is not this call's any more
  Milliseconds used_before;
  Milliseconds most{0};
  Milliseconds on_wall{0};
  unsigned turn = 0;
  bool is_exceeded = false;
};

TimeLimit::TimeLimit(boost::asio::any_io_executor executor, WorkerProcess& worker) : watch_(std::make_shared<Watch>(executor, worker)) {}

TimeLimit::~TimeLimit() {
  const std::scoped_lock lock(watch_->mutex);
  watch_->worker = nullptr;
  watch_->timer.cancel();
}

void TimeLimit::start(Milliseconds most) {
  const std::scoped_lock lock(watch_->mutex);
  watch_->most = most;
  ++watch_->turn;
  watch_->look(most);
}

void TimeLimit::stop() {
  const std::scoped_lock lock(watch_->mutex);
  ++watch_->turn;
  watch_->timer.cancel();
}

bool TimeLimit::was_exceeded() const {
  const std::scoped_lock lock(watch_->mutex);
  return watch_->is_exceeded;
}

}  // namespace valetkey::adapters::javascriptcore
