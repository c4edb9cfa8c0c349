#pragma once
#include <boost/json/object.hpp>

#include "events/outbound.hpp"
#include "http/caller.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"

namespace valetkey::http {

/// What the routes of events, destinations and deliveries work with. All of it outlives the router.
struct EventWorld {
  events::Context& context;
  events::Outbound& outbound;
};

using EventHandler = ports::Task<Response> (*)(EventWorld, Request&);

inline void add_event_route(Router& router, const EventWorld& world, std::string method, std::string path, Needs needs,
                            EventHandler handler) {
  const bool is_idempotent = method == "POST";
  router.add({.method = std::move(method),
              .path = std::move(path),
              .needs = needs,
              .handler = [world, handler](Request& request) { return handler(world, request); },
              .idempotent = is_idempotent,
              .labels = {}});
}

/// Whether the limits of the key let it see the event. One of nothing in particular is for keys without limits.
bool may_see(const Caller& caller, const model::Event& event);

}  // namespace valetkey::http
