#pragma once
#include "http/authentication.hpp"
#include "http/idempotency.hpp"
#include "http/router.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"

namespace valetkey::http {

/// The chain around every handler: route, listener, key, scopes, idempotency, handler, exceptions, log and metrics.
class Dispatcher {
 public:
  struct World {
    const Router& router;
    Authentication& authentication;
    Idempotency& idempotency;
    const ports::Clock& clock;
    ports::Log& log;
    ports::Metrics& metrics;
    bool has_internal_listener = false;  ///< then routes that need a key are not served on the public one (S21)
  };
  explicit Dispatcher(World world) : world_(world) {}

  /// Never throws: an exception of a handler is kInternal.
  ports::Task<Response> answer(Request& request) const;

 private:
  ports::Task<Response> guarded(Request& request, const Route*& route) const;
  ports::Answer<void> admit(Request& request, const Route& route) const;
  void record(const Request& request, const Route* route, const Response& response, model::Microseconds took) const;

  World world_;
};

}  // namespace valetkey::http
