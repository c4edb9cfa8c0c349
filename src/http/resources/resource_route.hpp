#pragma once
#include <string>
#include <type_traits>
#include <utility>

#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"

namespace valetkey::http {

/// A route of a resource whose handlers work with one `World`, which is copied for each; what it refers to outlives the router. A POST
/// honours Idempotency-Key (S19).
template <class World>
void add_resource_route(Router& router, const World& world, std::string method, std::string path, Needs needs,
                        ports::Task<Response> (*handler)(std::type_identity_t<World>, Request&)) {
  const bool is_idempotent = method == "POST";
  router.add({.method = std::move(method),
              .path = std::move(path),
              .needs = needs,
              .handler = [world, handler](Request& request) { return handler(world, request); },
              .at_once = {},
              .idempotent = is_idempotent,
              .labels = {}});
}

}  // namespace valetkey::http
