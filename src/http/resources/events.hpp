#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `GET /v1/events`, `GET /v1/events/{id}`.
void add_event_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
