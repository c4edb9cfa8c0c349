#pragma once
#include <string>

#include "events/endpoints/endpoint_records.hpp"
#include "events/ingress/ingress.hpp"
#include "http/resources/resource_route.hpp"

namespace valetkey::http {

struct EndpointsWorld {
  events::Context& context;
  events::EndpointRecords& endpoints;
  events::Ingress& ingress;
  std::string public_url;  ///< origin of the webhook URLs, no trailing slash
};

/// `GET|POST /v1/endpoints`, `GET|PATCH|DELETE /v1/endpoints/{id}`, `POST .../rotate-key`, `POST .../received-secret`,
/// `GET .../rejected`.
void add_endpoint_routes(Router& router, EndpointsWorld world);

}  // namespace valetkey::http
