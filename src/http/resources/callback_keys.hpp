#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `POST /v1/callback-keys`.
void add_callback_key_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
