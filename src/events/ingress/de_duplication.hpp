#pragma once
#include <string>
#include <vector>

#include "events/ingress/stored_message.hpp"
#include "model/received_request.hpp"
#include "services/services.hpp"

namespace valetkey::events {

/// How an event is known again (S29). Ids of SeenEvent rows; empty: none.
struct Marks {
  std::string event;   ///< the same event: by its signed id, by its unsigned id with the body, or by the body within a window
  std::string body;    ///< the same body, where the id is unsigned: under another one it may be a replay
  model::Seconds lives{0};
};

/// What all events of a request share.
struct MarkRules {
  model::EndpointId endpoint;
  model::Seconds skew{0};                ///< how far a timestamp may be off: marks outlive it
  std::optional<model::Seconds> window;  ///< for events without an id: Parsed::window
};

/// One for each message, in their order. Pure.
std::vector<Marks> marks_of(const MarkRules& rules, const std::vector<StoredMessage>& messages, std::string_view body);

/// Row id of a proof that works once: a JWT's id, Mailgun's token (S32).
std::string replay_mark(const model::EndpointId& endpoint, std::string_view replay_id);

/// The widest skew that the verification of a service allows; of a script unknown.
model::Seconds skew_of(const services::Service* verifier);

}  // namespace valetkey::events
