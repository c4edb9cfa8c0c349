#pragma once
#include "events/endpoints/endpoint_cache.hpp"
#include "events/outbox/attribution.hpp"
#include "services/services.hpp"

namespace valetkey::events {

/// Asks the credential's mapper. Where it has none, or one that maps accounts alone, the users of the message count. All arguments outlive
/// what is answered.
UsersOf users_by_mapper(EndpointCache& sites, services::Services& services);

}  // namespace valetkey::events
