#pragma once
#include "events/delivery/sender.hpp"
#include "events/outbox/dispatcher.hpp"
#include "events/outbox/publisher.hpp"

namespace valetkey::events {

/// Everything between the durable write of a webhook and its delivery, and what is done about it once in a while: publisher, dispatcher,
/// sender, those who follow, retention.
class Outbound {
 public:
  struct Settings {
    SenderSettings sender;
    model::Seconds retention{30 * 86'400};  ///< of requests, events and deliveries
  };
  Outbound(Context& context, Publisher::Hooks hooks, Settings settings);
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  /// Once a second on the clock port, until stop(). Never throws.
  ports::Task<void> run();
  /// Begins nothing more, and ends the waits of those who follow. What is under way goes on to its end.
  void stop();
  /// Deliveries under way.
  [[nodiscard]] std::size_t under_way() const { return sender_.under_way(); }
  /// Erases what is past its retention, at most a bounded part of it.
  ports::Answer<void> sweep();

  DestinationCache& destinations() { return destinations_; }
  Breakers& breakers() { return breakers_; }
  EventTail& tail() { return tail_; }
  Publisher& publisher() { return publisher_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Sender& sender() { return sender_; }

 private:
  ports::Answer<void> before(const model::Event& event);
  ports::Answer<void> erase_rows(model::Kind kind, std::string_view column, model::WallTime at_most);
  ports::Answer<void> erase_events(model::WallTime before);

  Context& context_;
  Settings settings_;
  DestinationCache destinations_;
  Breakers breakers_;
  EventTail tail_;
  Publisher publisher_;
  Sender sender_;
  Dispatcher dispatcher_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace valetkey::events
