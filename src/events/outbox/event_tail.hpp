#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

#include "model/id.hpp"
#include "ports/clock.hpp"
#include "ports/completion.hpp"

namespace valetkey::events {

/// Tells those who follow a tenant's events that there are new ones, so that they do not ask the store in vain. Thread safe.
class EventTail {
 public:
  enum class News { kEvents, kNone, kEnd };

  /// The tenant's last event is `sequence` now.
  void announce(const model::TenantId& tenant, std::int64_t sequence);
  /// Ends the waits whose time has come.
  void tick(model::BootTime now);
  /// Ends all waits, and each later one at once: the broker stops.
  void close();

  /// kEvents once the tenant has an event behind `after`, kNone at `until`. Events that nobody announced are found by whoever asks the
  /// store then.
  ports::Task<News> wait(model::TenantId tenant, std::int64_t after, model::BootTime until);
  /// The last one that was announced; 0: none since the start.
  [[nodiscard]] std::int64_t latest(const model::TenantId& tenant) const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Waiter {
    model::TenantId tenant;
    std::int64_t after = 0;
    model::BootTime until;
    ports::Completion<News> done;
  };
  template <class Ends>
  void end(const Ends& ends, News news);

  mutable std::mutex mutex_;
  std::list<Waiter> waiters_;                                // guarded by mutex_
  std::unordered_map<model::TenantId, std::int64_t> latest_;  // the same
  bool is_closed_ = false;                                   // the same
};

}  // namespace valetkey::events
