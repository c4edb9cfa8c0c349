#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// Every route that sets a tenant up: integrations, callback keys, credentials, keys, tenants, policy, audit, events.
void add_admin_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
