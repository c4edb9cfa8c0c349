#pragma once
#include <functional>

#include "events/endpoints/endpoint_trial.hpp"
#include "http/resources/resource_route.hpp"
#include "services/library/own_services.hpp"
#include "services/library/preset_library.hpp"
#include "services/services.hpp"

namespace valetkey::http {

/// What the routes of config services work with. All of it outlives the router.
struct ServicesWorld {
  services::Services& services;
  services::OwnServices& own;
  const services::PresetLibrary& presets;
  vault::Records& records;
  const ports::Clock& clock;
  /// The services and opened secrets of an endpoint, for a dry run with them.
  std::function<ports::Answer<events::EndpointTrial>(model::TenantId, model::EndpointId, model::RequestKind)> endpoint_trial{};
};

/// `/v1/services`, `/v1/services/{id}`, `.../versions`, `/v1/services/preset/{slug}`, `/v1/services/try`.
void add_config_service_routes(Router& router, const ServicesWorld& world);

// Its parts, one file each.
void add_service_version_routes(Router& router, const ServicesWorld& world);
void add_preset_routes(Router& router, const ServicesWorld& world);
void add_try_route(Router& router, const ServicesWorld& world);

/// `{data, next}` of presets, in the order of their slugs.
Response preset_page(const services::PresetLibrary& presets, const Request& request, const std::string& kind);

}  // namespace valetkey::http
