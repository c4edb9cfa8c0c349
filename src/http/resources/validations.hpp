#pragma once
#include "http/router.hpp"
#include "oauth/validations.hpp"

namespace valetkey::http {

/// POST /v1/connections/{id}/validate. `validations` outlives the router.
void add_validation_routes(Router& router, oauth::Validations& validations);

}  // namespace valetkey::http
