#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `/v1/credentials`, `/v1/credentials/{id}` and what is done with one: test, rotate-secret, carry-over, export.
void add_credential_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
