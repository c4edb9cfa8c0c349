#pragma once
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// `/v1/policy`: the caller's tenant. A tenant narrows it; an installation key widens it again by `PATCH /v1/tenants/{id}`.
void add_policy_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
