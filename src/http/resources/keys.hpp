#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `/v1/keys`, `/v1/keys/{id}`.
void add_key_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
