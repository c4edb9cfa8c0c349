#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/outbound.hpp"

namespace valetkey::events {

/// What a replay of many is limited to. With a state: deliveries in it; without: the events of the time, delivered before or not.
struct ReplayFilter {
  std::optional<model::DeliveryState> state;
  std::optional<model::WallTime> since;  ///< then or later
  std::optional<model::WallTime> until;  ///< before
  std::vector<std::string> types;        ///< empty: all; one may end in `*`
  std::string after;                     ///< `next` of an earlier call
};

struct ReplayedPage {
  std::int64_t replayed = 0;
  std::string next;  ///< empty: that was all
};

/// Sends again what was sent before, under the same webhook-id, from the first step of the ladder.
class Replay {
 public:
  using Alongside = std::function<void(ports::Unit&, const std::vector<model::Delivery>&)>;

  Replay(Context& context, Outbound& outbound) : context_(context), outbound_(outbound) {}

  /// To one destination, whatever its filter says; or to all that want it.
  ports::Answer<void> event(const model::Event& event, std::optional<std::string> destination, Alongside alongside);
  /// kConflict for a destination that is disabled or gone.
  ports::Answer<void> delivery(model::Delivery delivery, Alongside alongside);
  /// One page of at most 500.
  ports::Answer<ReplayedPage> many(const model::Destination& destination, ReplayFilter filter, Alongside alongside);

 private:
  ports::Answer<std::vector<DestinationPtr>> targets(const model::Event& event, const std::optional<std::string>& destination);
  ports::Answer<void> add(const model::Event& event, const model::DestinationId& destination, ports::Unit& unit,
                          std::vector<model::Delivery>& out);
  void again(model::Delivery delivery, ports::Unit& unit, std::vector<model::Delivery>& out);
  ports::Answer<std::string> add_deliveries(const model::Destination& destination, const ReplayFilter& filter, ports::Unit& unit,
                                            std::vector<model::Delivery>& out);
  ports::Answer<std::string> add_events(const model::Destination& destination, const ReplayFilter& filter, ports::Unit& unit,
                                        std::vector<model::Delivery>& out);
  /// What is to be sent again, as it stands now.
  using Collect = std::function<ports::Answer<void>(ports::Unit&, std::vector<model::Delivery>&)>;
  /// Writes it; collects anew where a delivery changed in between, as each does while it is sent. Answers how many they are.
  ports::Answer<std::int64_t> save(const Collect& collect, const Alongside& alongside);

  Context& context_;
  Outbound& outbound_;
};

}  // namespace valetkey::events
