#pragma once
#include "http/resources/oauth_world.hpp"
#include "http/router.hpp"

namespace valetkey::http {

/// `GET /v1/connections/{id}/token` (tokens:read) and `POST /v1/connections/{id}/refresh` (tokens:refresh).
void add_token_routes(Router& router, OauthWorld world);

}  // namespace valetkey::http
