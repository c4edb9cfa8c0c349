#pragma once
#include "http/resources/oauth_world.hpp"
#include "http/router.hpp"

namespace valetkey::http {

/// `GET|POST /v1/connections`, `GET|PATCH|DELETE /v1/connections/{id}`, `DELETE /v1/end-users/{id}`.
void add_connection_routes(Router& router, OauthWorld world);

}  // namespace valetkey::http
