#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/id.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

enum class DeliveryState { kPending, kDelivered, kDead, kCancelled };

/// One attempt to deliver.
struct DeliveryAttempt {
  WallTime at{};
  std::int64_t duration_ms = 0;
  int status = 0;           ///< 0: no answer
  std::string error;        ///< code; empty: none
};

/// One event on its way to one destination. Column `due_at`: when it is sent next.
struct Delivery {
  DeliveryId id;
  TenantId tenant;
  std::int64_t revision = 0;
  DestinationId destination;
  EventId event;
  std::int64_t event_sequence = 0;
  std::string event_type;
  DeliveryState state = DeliveryState::kPending;
  std::optional<WallTime> due_at;          ///< nullopt: not sent again
  int attempts = 0;                        ///< made so far, since it was last replayed
  std::vector<DeliveryAttempt> log;        ///< the last 12
  Sealed reply;                            ///< of the last attempt, at most 4 KiB (S35)
  bool is_replay = false;
  WallTime created_at{};
};

/// How far the dispatcher is in the outbox. One row, `dispatcher`.
struct EventCursor {
  std::string id;
  std::int64_t revision = 0;
  std::int64_t sequence = 0;
};

}  // namespace valetkey::model
