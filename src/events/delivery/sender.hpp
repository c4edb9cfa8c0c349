#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "events/delivery/attempt.hpp"
#include "events/delivery/breaker.hpp"
#include "events/delivery/destination_cache.hpp"
#include "events/rounds.hpp"

namespace valetkey::events {

struct SenderSettings {
  std::function<bool()> is_on_hold;         ///< nothing is sent then: a copy of the store has another that sends
  std::size_t at_once = 64;                 ///< deliveries under way
  std::size_t at_once_per_destination = 8;  ///< so that a slow one does not take the place of the others
};

/// When a destination last took an event, and last did not.
struct LastAttempts {
  std::optional<model::WallTime> success_at, failure_at;
};

/// Sends the deliveries that are due, and keeps what came of each. What is under way when the process ends is sent again by the next one,
/// with the same webhook-id: at least once.
class Sender {
 public:
  Sender(Context& context, DestinationCache& destinations, Breakers& breakers, SenderSettings settings);

  /// Something may be due. Thread safe.
  void wake() { rounds_.ask(); }
  /// Begins nothing more.
  void stop() { rounds_.stop(); }
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

  /// Cancels what is pending for a destination that is disabled or gone; goes on by itself. Thread safe.
  void cancel_pending(const model::TenantId& tenant, const model::DestinationId& destination);
  /// On this node, since it started. Thread safe.
  [[nodiscard]] LastAttempts last_of(const model::DestinationId& destination) const;

 private:
  struct Lane {
    std::deque<model::Delivery> waiting;
    std::size_t under_way = 0;
  };
  using Lanes = std::map<model::DestinationId, Lane>;

  ports::Task<void> round();
  ports::Answer<void> fetch();
  ports::Answer<void> read_due();
  bool take_in(std::vector<model::Delivery> due);
  void let_go(const model::DeliveryId& id);
  void begin_what_fits();
  bool begin_one(Lanes::iterator lane);
  void put_off(Lane& lane, const model::DestinationId& destination);
  ports::Task<void> save_put_off(std::vector<model::Delivery> deliveries, model::Milliseconds wait);
  ports::Task<void> send(model::Delivery delivery, Breaker::Permit permit);
  ports::Answer<void> deliver(model::Delivery& delivery, Breaker::Permit& permit);
  ports::Answer<void> cancel(model::Delivery& delivery);
  ports::Answer<void> record(model::Delivery& delivery, Attempted attempted, Breaker::Permit& permit,
                             const model::Destination& destination);
  void tell_breaker(const model::DestinationId& destination, Outcome outcome, const Attempted& attempted, Breaker::Permit& permit);
  ports::Answer<void> save(const model::Delivery& delivery, std::vector<model::Event> events);
  ports::Answer<void> disable(model::DestinationId id, model::TenantId tenant);
  ports::Task<void> cancel_all(model::TenantId tenant, model::DestinationId destination);

  Context& context_;
  DestinationCache& destinations_;
  Breakers& breakers_;
  SenderSettings settings_;
  Lanes lanes_;                          // those that wait or are under way
  std::set<model::DeliveryId> known_;    // waiting or under way
  std::set<model::DeliveryId> left_;     // no longer, but perhaps so in what is being read now
  bool is_reading_ = false;
  std::string walked_to_;                // where the walk past a crowd of due ones is
  std::atomic<std::size_t> under_way_{0};
  mutable std::mutex last_mutex_;
  std::unordered_map<model::DestinationId, LastAttempts> last_;  // guarded by last_mutex_
  Rounds rounds_;
};

/// `delivery.dead`, `destination.disabled`: what the broker tells of deliveries; to other destinations only.
model::Event destination_event(const Context& context, std::string_view type, const model::TenantId& tenant,
                               const model::DestinationId& destination, boost::json::object details);

}  // namespace valetkey::events
