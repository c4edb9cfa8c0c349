#include "metric_table.hpp"

namespace valetkey {
namespace {

constexpr std::size_t kMostRouteLabels = 1024;  // six status classes for each of some hundred routes

}  // namespace

std::vector<adapters::prometheus::MetricFacts> metric_table() {
  return {
      {"valetkey_http_requests_total", "route", "Requests answered, by route template and status class", {}, kMostRouteLabels},
      {"valetkey_http_request_seconds", "route", "Time from the whole request to its answer", {}, kMostRouteLabels},
      {"valetkey_http_connections", "", "Connections open now"},
      {"valetkey_http_connections_total", "listener", "Connections accepted"},
      {"valetkey_http_refused_total", "reason", "Requests and connections refused before routing"},
      {"valetkey_token_reads_total", "outcome", "Token reads and forced refreshes, by outcome"},
      {"valetkey_token_requests_total", "outcome", "Requests to token endpoints, by what the answer meant"},
      {"valetkey_refreshes_total", "outcome", "Refreshes of grants, by outcome"},
      {"valetkey_refresh_rescues_total", "outcome", "Rotated tokens kept outside the store while it was down"},
      {"valetkey_connects_total", "outcome", "Authorisation flows that ended, by outcome"},
  };
}

}  // namespace valetkey
