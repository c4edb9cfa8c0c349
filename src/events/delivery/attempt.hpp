#pragma once
#include <optional>
#include <string>

#include "events/context.hpp"
#include "model/delivery.hpp"
#include "model/destination.hpp"

namespace valetkey::events {

inline constexpr std::size_t kMostReply = 4096;                    // S35
inline constexpr model::Milliseconds kDeliveryDeadline{15'000};

/// What came of one attempt.
struct Attempted {
  model::DeliveryAttempt record;            ///< `error`: status, redirect, unreachable, no_answer, egress_denied; empty: delivered
  std::string reply;                        ///< the beginning of the answer's body
  std::optional<model::Seconds> retry_after;
};

/// The request of a delivery, signed with all secrets that are valid; how it is sent is the caller's. Errors: a field that does not open, a
/// key service that is away.
ports::Answer<ports::HttpRequest> signed_request(const Context& context, const model::Destination& destination, const model::Event& event);

/// Sends `event` to `destination` once, signed with all of its secrets that are valid. An error means that nothing was sent, for a cause
/// that lies here: a field that does not open, a key service that is away.
ports::Answer<Attempted> attempt(Context& context, const model::Destination& destination, const model::Event& event);

enum class Outcome { kDelivered, kRetry, kDead, kGone };

/// What an attempt makes of its delivery, but for the reply: state, ladder, log. kGone: the destination wants nothing more (410).
/// `fraction` in [0, 1) is for jitter.
Outcome settle(model::Delivery& delivery, const Attempted& attempted, model::WallTime now, double fraction);

}  // namespace valetkey::events
