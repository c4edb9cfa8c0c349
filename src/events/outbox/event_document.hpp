#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "events/context.hpp"
#include "model/event.hpp"

namespace valetkey::events {

/// The application's own payload of an event as JSON text; empty: it has none.
ports::Answer<std::string> payload_of(const Context& context, const model::Event& event);

/// The one document of an event: `{type, id, timestamp, data: {integration, credential, connection, request, ..., event_payload}}`.
/// `payload` is what payload_of() answered. As an answer of the API it has its `sequence` besides.
boost::json::object event_document(const model::Event& event, std::string_view payload);

/// The same as the body of a delivery: with the URL that it is for, so that the signature covers that too (S35).
std::string delivery_body(const model::Event& event, std::string_view payload, std::string_view audience);

}  // namespace valetkey::events
