#pragma once
#include <boost/json/object.hpp>

#include "events/outbound.hpp"
#include "http/caller.hpp"
#include "http/request.hpp"
#include "http/resources/resource_route.hpp"
#include "http/response.hpp"

namespace valetkey::http {

/// What the routes of events, destinations and deliveries work with. All of it outlives the router.
struct EventWorld {
  events::Context& context;
  events::Outbound& outbound;
};

/// Whether the limits of the key let it see the event. One of nothing in particular is for keys without limits.
bool may_see(const Caller& caller, const model::Event& event);

}  // namespace valetkey::http
