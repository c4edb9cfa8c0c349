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

struct World {
  ports::Clock& clock;
  ports::Random& random;
  ports::Log& log;
  ports::Metrics& metrics;
};

}  // namespace valetkey::http::server
