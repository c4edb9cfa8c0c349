#pragma once
#include "http/resources/oauth_world.hpp"
#include "http/router.hpp"

namespace valetkey::http {

/// The hosted connect page, without JavaScript: `GET|POST /connect/{token}`, and the callback it comes back to (S2):
/// `GET /oauth/callback/{integration}` and `GET /oauth/callback/{integration}/{callback_key}`.
void add_connect_pages(Router& router, OauthWorld world);

}  // namespace valetkey::http
