#pragma once
#include <boost/json/object.hpp>

#include "events/delivery/breaker.hpp"
#include "model/destination.hpp"
#include "model/error.hpp"

namespace valetkey::events {

/// What a body of POST or PATCH changes: the members that it has. `keeps_secret`: with a new URL, the secrets sign for that too.
struct DestinationWish {
  model::Destination destination;
  bool keeps_secret = false;
};
/// kInvalidInput tells everything that is wrong. `before` is complete; its id is empty for a new one, which needs name and url.
model::Result<DestinationWish> read_destination(const boost::json::object& body, const model::Destination& before);

/// As the API answers it: secrets by when they were set, never their values.
boost::json::object destination_document(const model::Destination& destination, model::WallTime now);

}  // namespace valetkey::events
