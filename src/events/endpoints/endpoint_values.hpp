#pragma once
#include <vector>

#include "events/endpoints/endpoint_cache.hpp"
#include "services/services.hpp"

namespace valetkey::events {

/// What an endpoint gives its services for one request: its secrets, opened, newest first; where a service declares one as the
/// client's own and the endpoint has none of this name, the credential's client secrets; parameters.
ports::Answer<services::EndpointValues> values_of(const Context& context, const Site& site,
                                                  const std::vector<services::ServicePtr>& services);

/// Names under which the services of the endpoint get the client's secrets, unless the endpoint has its own of that name.
std::vector<std::string> names_of_client_secret(const std::vector<services::ServicePtr>& services);

}  // namespace valetkey::events
