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
    bool has_internal_listener = false;  ///< then the API and what describes it are not served on the public one (S21)
  };
  explicit Dispatcher(World world) : world_(world) {}

  /// Never throws: an exception of a handler is kInternal.
  ports::Task<Response> answer(Request& request) const;

  /// Whether the route streams. Leaves route and parameters in the request, for answer().
  [[nodiscard]] bool streams(Request& request) const;
  /// Whether the key in the request may still use its route (S23).
  ports::Answer<void> still_allowed(const Request& request) const;

 private:
  std::optional<Match> miss(Request& request) const;
  std::optional<Response> answer_at_once(Request& request) const;
  ports::Task<Response> guarded(Request& request) const;
  ports::Answer<void> admit(Request& request, const Route& route) const;
  void record(const Request& request, const Response& response, model::Microseconds took) const;

  World world_;
};

}  // namespace valetkey::http
