#pragma once
#include <functional>

#include "events/delivery/destination_cache.hpp"
#include "events/outbox/event_tail.hpp"
#include "events/rounds.hpp"
#include "model/delivery.hpp"

namespace valetkey::events {

/// Reads the outbox in the order of its sequence, which is that of the commits, and writes a delivery for each destination that wants an
/// event: in one unit with how far it is, so that each event is looked at once, whatever happens in between and on how many nodes.
class Dispatcher {
 public:
  struct Hooks {
    /// Asked before an event is passed: what must be done for it first. An error stops there; it is asked again later.
    std::function<ports::Answer<void>(const model::Event&)> before;
    /// Deliveries were written.
    std::function<void()> has_deliveries;
  };
  Dispatcher(Context& context, DestinationCache& destinations, EventTail& tail, Hooks hooks);

  /// Something may have been added to the outbox. Thread safe.
  void wake() { rounds_.ask(); }
  void stop() { rounds_.stop(); }

  /// One batch; true: there may be more.
  ports::Answer<bool> dispatch();

 private:
  ports::Task<void> round();
  ports::Answer<model::EventCursor> cursor();
  ports::Answer<void> add_deliveries(const model::Event& event, ports::Unit& unit);

  Context& context_;
  DestinationCache& destinations_;
  EventTail& tail_;
  Hooks hooks_;
  std::shared_ptr<void> subscription_;
  Rounds rounds_;
};

/// A delivery of `event` that is due now.
model::Delivery make_delivery(const Context& context, const model::Event& event, const model::DestinationId& destination);

}  // namespace valetkey::events
