#pragma once
#include "events/delivery/destinations.hpp"
#include "http/resources/event_world.hpp"

namespace valetkey::http {

/// `GET|POST /v1/destinations`, `GET|PATCH|DELETE /v1/destinations/{id}`, and the actions below.
void add_destination_routes(Router& router, const EventWorld& world);
/// `POST /v1/destinations/{id}/test`, `.../rotate-secret`, `.../replay`.
void add_destination_action_routes(Router& router, const EventWorld& world);

/// The destination that the request names; kForbidden for a key with limits: a destination is of the whole tenant.
ports::Answer<model::Destination> destination_of(const EventWorld& world, const Request& request, std::string_view doing);
/// A destination with the secret that it has got, where it has got one.
Response destination_answer(const EventWorld& world, const events::DestinationChange& change, int status);

}  // namespace valetkey::http
