#pragma once
#include <memory>

#include "ports/event_bus.hpp"

namespace valetkey::adapters::local_bus {

/// Tells the listeners of this process, one after the other, on the thread that publishes.
///
/// A listener that was dropped is not called any more once its handle's destructor has returned, unless that runs inside the listener.
/// A listener may subscribe and drop its own handle; it never publishes.
class LocalBus final : public ports::EventBus {
 public:
  LocalBus();
  ~LocalBus() override;
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void(const ports::Change*)> listener) override;
  void publish(const ports::Change* change) override;

 private:
  struct Listeners;
  std::shared_ptr<Listeners> listeners_;
};

}  // namespace valetkey::adapters::local_bus
