#include "http/service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/bootstrap.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;

ports::Task<Response> healthz(Request&) { co_return json_response(200, json::object{{"status", "ok"}}); }

ports::Task<Response> readyz(ports::Store& store, const ServiceState& state) {
  json::array reasons;
  if (state.draining) reasons.emplace_back("draining");
  if (!state.keys_open) reasons.emplace_back("key_ring_closed");
  if (auto row = co_await store.get(model::Kind::kInstallation, std::string(kInstallationRow)); !row)
    reasons.emplace_back(model::facts(row.error().code).code);
  if (reasons.empty()) co_return json_response(200, json::object{{"status", "ready"}});
  co_return json_response(503, json::object{{"status", "not_ready"}, {"reasons", std::move(reasons)}});
}

ports::Task<Response> exposition(ports::Metrics& metrics) {
  auto response = text_response(200, metrics.exposition());
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  co_return response;
}

}  // namespace

void add_service_routes(Router& router, ports::Store& store, ports::Metrics& metrics, const ServiceState& state) {
  router.add({.method = "GET", .path = "/healthz", .needs = nobody(), .handler = healthz});
  router.add({.method = "GET", .path = "/readyz", .needs = nobody(), .handler = [&](Request&) { return readyz(store, state); }});
  auto needs = scoped_or_installation({Scope::kMetricsRead});
  needs.open_inside = true;
  router.add({.method = "GET", .path = "/metrics", .needs = needs, .handler = [&](Request&) { return exposition(metrics); }});
}

}  // namespace valetkey::http
