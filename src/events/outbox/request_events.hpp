#pragma once
#include <string>

#include "events/context.hpp"
#include "events/ingress/stored_message.hpp"
#include "model/connection.hpp"
#include "model/event.hpp"
#include "model/received_request.hpp"

namespace valetkey::events {

/// One message of a request, and the connection that it belongs to; null: none.
struct Attributed {
  const model::ReceivedRequest& request;
  const StoredMessage& message;
  std::size_t index = 0;
  const model::Connection* connection = nullptr;
};

/// The id of an event is made of what it is of, so that it is the same whoever publishes it, and cannot be published twice.
/// `connection` empty: of a message without one.
model::EventId event_id_of(const model::ReceivedRequest& request, std::size_t index, std::string_view connection);

/// `webhook.{event_type}` or `action.{event_type}`.
ports::Answer<model::Event> request_event(const Context& context, Attributed of);
/// `event.matched`: a connection appeared for a message that had none. A new id; `data.event` is that of the first event.
ports::Answer<model::Event> matched_event(const Context& context, Attributed of);

}  // namespace valetkey::events
