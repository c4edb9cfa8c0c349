#pragma once
#include "events/endpoints/endpoint_cache.hpp"
#include "services/services.hpp"

namespace valetkey::events {

/// What a dry run with the stored secrets of an endpoint works with.
struct EndpointTrial {
  std::shared_ptr<const model::Endpoint> endpoint;
  services::ServicePtr verification;  ///< null: it has none
  services::ServicePtr parser;        ///< the same
  services::EndpointValues values;
};

/// The endpoint's services for webhooks or actions, and its secrets, opened. kNotFound.
ports::Answer<EndpointTrial> endpoint_trial(const Context& context, EndpointCache& cache, services::Services& services,
                                            model::TenantId tenant, model::EndpointId endpoint, model::RequestKind kind);

}  // namespace valetkey::events
