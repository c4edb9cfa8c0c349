#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `GET /v1/audit`: the chain of the caller's tenant, or of the installation for its own keys.
void add_audit_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
