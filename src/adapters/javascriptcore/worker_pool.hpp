#pragma once
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "adapters/javascriptcore/worker_process.hpp"
#include "ports/completion.hpp"
#include "ports/metrics.hpp"

namespace valetkey::adapters::javascriptcore {

struct PoolSettings {
  WorkerCommand command{};
  int workers = 4;                    ///< at most, besides the spare one
  std::size_t waiting_per_tenant = 32;
  std::size_t waiting = 256;          ///< of all tenants
  model::Milliseconds wait{2'000};    ///< for a worker
};

/// Workers and who may use them. A worker serves one tenant for life, and at most 1,000 calls (S36). One more stands ready, so that a new
/// tenant need not wait for a process to start; none is started before the first call. Who waits is served tenant by tenant, and one
/// tenant never holds all workers. Thread safe; made by make_shared, since leases may outlive their maker's interest in it.
class WorkerPool : public std::enable_shared_from_this<WorkerPool> {
 public:
  /// The use of one worker. Given back by finish(); dropped, the worker ends.
  class Lease {
   public:
    Lease(std::shared_ptr<WorkerPool> pool, model::TenantId tenant, std::unique_ptr<WorkerProcess> worker);
    ~Lease();
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    [[nodiscard]] WorkerProcess& worker() const { return *worker_; }
    /// The worker is as good as before.
    void finish();

   private:
    std::shared_ptr<WorkerPool> pool_;
    model::TenantId tenant_;
    std::unique_ptr<WorkerProcess> worker_;
  };

  /// `metrics` outlives the last lease.
  WorkerPool(PoolSettings settings, ports::Metrics& metrics) : settings_(std::move(settings)), metrics_(metrics) {}
  ~WorkerPool();

  /// kTooManyRequests: too many wait, or none became free in time; kInternal: no process could be started.
  ports::Answer<Lease> acquire(model::TenantId tenant);
  /// Starts the spare worker where there is none.
  void refill();
  /// Ends the workers that nobody uses; nobody gets one any more.
  void close();

 private:
  using Worker = std::unique_ptr<WorkerProcess>;
  struct Waiting;
  /// What is given to one who asked: a worker, or the right to start one.
  struct Grant {
    Worker worker;
    bool is_given = false;
  };

  std::optional<Grant> take(const model::TenantId& tenant);
  Worker take_idle(const model::TenantId& tenant);
  bool make_room();
  [[nodiscard]] bool may_hold_more(const model::TenantId& tenant) const;
  void give_back(const model::TenantId& tenant, Worker worker);
  void serve_waiting();
  ports::Task<Grant> wait_for(model::TenantId tenant);
  void forget(const std::shared_ptr<Waiting>& waiting);
  [[nodiscard]] bool is_full_of(const model::TenantId& tenant) const;
  void tell();

  const PoolSettings settings_;
  ports::Metrics& metrics_;
  std::mutex mutex_;
  bool is_closed_ = false;
  std::list<Worker> idle_;                                       ///< least recently used first
  Worker spare_;
  std::map<std::string, int> held_;                              ///< workers in use, by tenant
  int in_use_ = 0;
  std::map<std::string, std::deque<std::shared_ptr<Waiting>>> waiting_;
  std::deque<std::string> turns_;                                ///< tenants that wait, next first
  std::size_t waiting_count_ = 0;
  std::vector<Worker> ended_;                                    ///< to be ended without the lock
};

}  // namespace valetkey::adapters::javascriptcore
