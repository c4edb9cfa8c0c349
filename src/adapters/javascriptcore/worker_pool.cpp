#include "adapters/javascriptcore/worker_pool.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace valetkey::adapters::javascriptcore {
namespace {

constexpr int kMostCalls = 1'000;  // S36

}  // namespace

struct WorkerPool::Waiting {
  model::TenantId tenant;
  std::optional<ports::Completion<Grant>> done;
};

WorkerPool::Lease::Lease(std::shared_ptr<WorkerPool> pool, model::TenantId tenant, std::unique_ptr<WorkerProcess> worker)
    : pool_(std::move(pool)),
      tenant_(std::move(tenant)),
      worker_(std::move(worker)) {}

WorkerPool::Lease::~Lease() {
  worker_.reset();
  if (pool_) pool_->give_back(tenant_, nullptr);
}

void WorkerPool::Lease::finish() { std::exchange(pool_, nullptr)->give_back(tenant_, std::move(worker_)); }

WorkerPool::~WorkerPool() { close(); }

ports::Answer<WorkerPool::Lease> WorkerPool::acquire(model::TenantId tenant) {
  std::optional<Grant> grant;
  {
    std::vector<Worker> ended;
    const std::scoped_lock lock(mutex_);
    grant = take(tenant);
    ended.swap(ended_);
  }
  if (!grant) grant = co_await wait_for(tenant);
  if (!grant->is_given) co_return model::fail(model::Code::kTooManyRequests, "all script workers are busy");
  if (!grant->worker) {
    auto spawned = WorkerProcess::spawn(settings_.command);
    if (!spawned) {
      give_back(tenant, nullptr);
      co_return model::fail(std::move(spawned.error()));
    }
    grant->worker = std::move(*spawned);
  }
  grant->worker->tenant = tenant;
  ++grant->worker->calls;
  co_return Lease(shared_from_this(), std::move(tenant), std::move(grant->worker));
}

/// Under the lock. nullopt: not now.
std::optional<WorkerPool::Grant> WorkerPool::take(const model::TenantId& tenant) {
  if (is_closed_) return Grant{};
  if (!may_hold_more(tenant)) return std::nullopt;
  auto worker = take_idle(tenant);
  if (!worker && !make_room()) return std::nullopt;
  if (!worker && spare_ && spare_->is_alive()) worker = std::move(spare_);
  ++held_[tenant.str()];
  ++in_use_;
  tell();
  return Grant{.worker = std::move(worker), .is_given = true};
}

bool WorkerPool::may_hold_more(const model::TenantId& tenant) const {
  const auto held = held_.find(tenant.str());
  return held == held_.end() || held->second < std::max(1, settings_.workers - 1);
}

/// The one used last: it is warm, and the others may be evicted.
WorkerPool::Worker WorkerPool::take_idle(const model::TenantId& tenant) {
  for (auto at = idle_.end(); at != idle_.begin();) {
    --at;
    if ((*at)->tenant != tenant) continue;
    auto worker = std::move(*at);
    at = idle_.erase(at);
    if (worker->is_alive()) return worker;
  }
  return nullptr;
}

bool WorkerPool::make_room() {
  if (in_use_ + static_cast<int>(idle_.size()) < settings_.workers) return true;
  if (idle_.empty()) return false;
  ended_.push_back(std::move(idle_.front()));
  idle_.pop_front();
  return true;
}

void WorkerPool::give_back(const model::TenantId& tenant, Worker worker) {
  std::vector<Worker> ended;
  const std::scoped_lock lock(mutex_);
  if (const auto held = held_.find(tenant.str()); --held->second == 0) held_.erase(held);
  --in_use_;
  if (worker && worker->calls < kMostCalls && !is_closed_) idle_.push_back(std::move(worker));
  else if (worker) ended_.push_back(std::move(worker));
  serve_waiting();
  tell();
  ended.swap(ended_);
}

/// Under the lock.
void WorkerPool::serve_waiting() {
  for (std::size_t at = 0; at < turns_.size();) {
    const auto tenant = turns_[at];
    auto grant = take(model::TenantId(tenant));
    if (!grant) {
      ++at;
      continue;
    }
    auto& queue = waiting_[tenant];
    const auto next = queue.front();
    queue.pop_front();
    --waiting_count_;
    turns_.erase(turns_.begin() + static_cast<std::ptrdiff_t>(at));
    if (queue.empty()) waiting_.erase(tenant);
    else turns_.push_back(tenant);
    std::exchange(next->done, std::nullopt).value()(std::move(*grant));
    at = 0;
  }
}

bool WorkerPool::is_full_of(const model::TenantId& tenant) const {
  const auto queue = waiting_.find(tenant.str());
  return waiting_count_ >= settings_.waiting || (queue != waiting_.end() && queue->second.size() >= settings_.waiting_per_tenant);
}

ports::Task<WorkerPool::Grant> WorkerPool::wait_for(model::TenantId tenant) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto timer = std::make_shared<boost::asio::steady_timer>(executor, settings_.wait);
  const auto waiting = std::make_shared<Waiting>();
  waiting->tenant = tenant;
  auto start = [&](ports::Completion<Grant> done) {
    const std::scoped_lock lock(mutex_);
    auto grant = take(tenant);
    if (grant || is_full_of(tenant)) {
      done(grant ? std::move(*grant) : Grant{});
      return;
    }
    waiting->done.emplace(std::move(done));
    auto& queue = waiting_[tenant.str()];
    if (queue.empty()) turns_.push_back(tenant.str());
    queue.push_back(waiting);
    ++waiting_count_;
    timer->async_wait([pool = weak_from_this(), waiting, timer](const boost::system::error_code& error) {
      if (const auto self = pool.lock(); self && !error) self->forget(waiting);
    });
  };
  co_return co_await ports::completed_by<Grant>(std::move(start));
}

/// It waited too long, unless it has got its worker.
void WorkerPool::forget(const std::shared_ptr<Waiting>& waiting) {
  const std::scoped_lock lock(mutex_);
  if (!waiting->done) return;
  auto& queue = waiting_[waiting->tenant.str()];
  std::erase(queue, waiting);
  --waiting_count_;
  if (queue.empty()) {
    waiting_.erase(waiting->tenant.str());
    std::erase(turns_, waiting->tenant.str());
  }
  std::exchange(waiting->done, std::nullopt).value()(Grant{});
}

void WorkerPool::refill() {
  {
    const std::scoped_lock lock(mutex_);
    if (is_closed_ || spare_) return;
  }
  auto spawned = WorkerProcess::spawn(settings_.command);
  const std::scoped_lock lock(mutex_);
  if (spawned && !is_closed_ && !spare_) spare_ = std::move(*spawned);
  tell();
}

void WorkerPool::close() {
  std::list<Worker> idle;
  Worker spare;
  const std::scoped_lock lock(mutex_);
  is_closed_ = true;
  idle.swap(idle_);
  spare.swap(spare_);
  serve_waiting();
}

void WorkerPool::tell() {
  metrics_.gauge("valetkey_script_workers", "", static_cast<double>(in_use_) + static_cast<double>(idle_.size()) + (spare_ ? 1 : 0));
}

}  // namespace valetkey::adapters::javascriptcore
