#include "adapters/local_bus/local_bus.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace valetkey::adapters::local_bus {
namespace {

/// One subscription. Its mutex is held while it is called, so that dropping it waits for a call under way on another thread; it is
/// recursive so that a listener can drop itself.
struct Listener {
  std::recursive_mutex mutex;
  std::function<void(const ports::Change*)> call;  // guarded by mutex
  bool is_dropped = false;                         // guarded by mutex

  void tell(const ports::Change* change) {
    const std::lock_guard lock(mutex);
    if (!is_dropped) call(change);
  }
};

}  // namespace

struct LocalBus::Listeners {
  std::mutex mutex;
  std::vector<std::shared_ptr<Listener>> all;  // guarded by mutex

  std::vector<std::shared_ptr<Listener>> copy() {
    const std::lock_guard lock(mutex);
    return all;
  }

  void drop(const std::shared_ptr<Listener>& listener) {
    {
      const std::lock_guard lock(mutex);
      std::erase(all, listener);
    }
    const std::lock_guard lock(listener->mutex);
    listener->is_dropped = true;
  }
};

LocalBus::LocalBus() : listeners_(std::make_shared<Listeners>()) {}
LocalBus::~LocalBus() = default;

std::shared_ptr<void> LocalBus::subscribe(std::function<void(const ports::Change*)> listener) {
  auto one = std::make_shared<Listener>();
  one->call = std::move(listener);
  {
    const std::lock_guard lock(listeners_->mutex);
    listeners_->all.push_back(one);
  }
  // The handle may outlive the bus.
  return {one.get(), [one, listeners = listeners_](void*) { listeners->drop(one); }};
}

void LocalBus::publish(const ports::Change* change) {
  for (const auto& listener : listeners_->copy()) listener->tell(change);
}

}  // namespace valetkey::adapters::local_bus
