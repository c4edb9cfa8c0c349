#pragma once
#include "http/resources/event_world.hpp"

namespace valetkey::http {

/// `GET /v1/events/stream`: Server-Sent Events, `id` is the sequence.
void add_event_stream_route(Router& router, const EventWorld& world);

}  // namespace valetkey::http
