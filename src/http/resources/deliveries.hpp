#pragma once
#include "http/resources/event_world.hpp"

namespace valetkey::http {

/// `GET /v1/deliveries`, `GET /v1/deliveries/{id}`, `POST /v1/deliveries/{id}/replay`.
void add_delivery_routes(Router& router, const EventWorld& world);

}  // namespace valetkey::http
