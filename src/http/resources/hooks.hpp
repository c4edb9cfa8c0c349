#pragma once
#include "events/ingress/ingress.hpp"
#include "http/router.hpp"

namespace valetkey::http {

struct HooksWorld {
  events::Ingress& ingress;
  std::size_t body_limit;  ///< bytes
};

/// `ANY /hooks/{integration}/{endpoint_key}`, `ANY /actions/{integration}/{endpoint_key}`: what applications send, without an API key.
void add_hook_routes(Router& router, HooksWorld world);

}  // namespace valetkey::http
