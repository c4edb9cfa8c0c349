#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `/v1/integrations`, `/v1/integrations/{slug}`: the catalogue and the tenant's own.
void add_integration_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
