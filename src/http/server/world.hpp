#pragma once
#include <functional>

#include "http/request.hpp"
#include "http/response.hpp"
#include "ports/clock.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/random.hpp"

namespace valetkey::http::server {

/// What the server asks for the answer to a whole request; it never throws (http/dispatcher.hpp).
using Answerer = std::function<ports::Task<Response>(Request&)>;

/// What the server asks about requests whose answers are streams (http/dispatcher.hpp); empty: there are none.
struct StreamHooks {
  /// Whether the route of a request streams: asked once, when its head is there.
  std::function<bool(Request&)> streams;
  /// Whether the key of one that is being answered still allows it (S23): asked again and again. The request has its route and
  /// Authorization only.
  std::function<ports::Answer<void>(const Request&)> still_allowed;
};

struct World {
  ports::Clock& clock;
  ports::Random& random;
  ports::Log& log;
  ports::Metrics& metrics;
};

}  // namespace valetkey::http::server
