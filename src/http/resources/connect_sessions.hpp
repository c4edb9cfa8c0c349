#pragma once
#include "http/resources/oauth_world.hpp"
#include "http/router.hpp"

namespace valetkey::http {

/// `POST /v1/connect-sessions`, `GET /v1/connect-sessions/{id}`, `POST /v1/connect-sessions/{id}/confirm`.
void add_connect_session_routes(Router& router, OauthWorld world);

}  // namespace valetkey::http
