#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `/v1/tenants`, `/v1/tenants/{id}`: for installation keys.
void add_tenant_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
