#pragma once
#include <atomic>

#include "http/router.hpp"
#include "ports/metrics.hpp"
#include "ports/store.hpp"

namespace valetkey::http {

/// What readiness depends on beside the store; set by the wiring.
struct ServiceState {
  std::atomic<bool> keys_open{false};
  std::atomic<bool> draining{false};
};

/// `/healthz` (the process lives), `/readyz` (503 with the reasons otherwise), `/metrics` (S21).
void add_service_routes(Router& router, ports::Store& store, ports::Metrics& metrics, const ServiceState& state);

}  // namespace valetkey::http
