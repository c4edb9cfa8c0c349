#include "metric_table.hpp"

namespace valetkey {
namespace {

constexpr std::size_t kMostRouteLabels = 1024;  // six status classes for each of some hundred routes

}  // namespace

std::vector<adapters::prometheus::MetricFacts> metric_table() {
  const std::vector<double> quick{0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
  const std::vector<double> group_sizes{1, 2, 4, 8, 16, 32, 64, 128, 256};
  return {
      {"valetkey_http_requests_total",
       {"method", "route", "status"},
       "Requests answered, by route template and status class",
       {},
       kMostRouteLabels},
      {"valetkey_http_request_seconds", {"route"}, "Time from the whole request to its answer", quick, kMostRouteLabels},
      {"valetkey_http_connections", {}, "Connections open now"},
      {"valetkey_http_streams", {}, "Streamed requests under way now"},
      {"valetkey_http_connections_total", {"listener"}, "Connections accepted"},
      {"valetkey_http_refused_total", {"reason"}, "Requests and connections refused before routing"},
      {"valetkey_token_reads_total", {"outcome"}, "Token reads and forced refreshes, by outcome"},
      {"valetkey_token_cache_total", {"result"}, "Looks into the cache of sealed tokens: hit, miss"},
      {"valetkey_token_requests_total", {"outcome"}, "Requests to token endpoints, by what the answer meant"},
      {"valetkey_refreshes_total", {"outcome", "cause"}, "Refreshes of grants, by outcome and by what asked for them: read, rejected, due"},
      {"valetkey_validations_total", {"outcome"}, "Tokens checked by token_validation services, by what was found"},
      {"valetkey_refresh_rescues_total", {"outcome"}, "Rotated tokens kept outside the store while it was down"},
      {"valetkey_guard_wait_seconds", {"role"}, "Time that a caller waited at the refresh guard: it did the work, or joined another's"},
      {"valetkey_guards_held", {}, "Refreshes under way now"},
      {"valetkey_connects_total", {"outcome"}, "Authorisation flows that ended, by outcome"},
      {"valetkey_connections", {"state"}, "Connections of end users, by state; counted every five minutes"},
      {"valetkey_proxy_calls_total", {"outcome"}, "Calls through the proxy, by outcome"},
      {"valetkey_proxy_seconds", {"part"}, "Time to the head of a proxied answer: whole, and what the API took of it", quick},
      {"valetkey_proxy_overhead_seconds", {}, "Time to the head of a proxied answer that the API did not take", quick},
      {"valetkey_webhooks_total",
       {"kind", "outcome"},
       "Requests at webhook and action URLs, by kind (webhook, action) and outcome: accepted, duplicate, unparsed, empty, challenge, "
       "rejected, throttled, unknown, unavailable"},
      {"valetkey_webhooks_rejected_total", {"reason"}, "Requests at webhook and action URLs that were refused, by reason"},
      {"valetkey_held_replies_total",
       {"outcome"},
       "Answers that a reply destination was asked for: replied, refused, failed, late, crowded"},
      {"valetkey_verifications_total", {"outcome"}, "Webhooks and clicks looked at: verified, rejected, challenge, unavailable"},
      {"valetkey_key_fetches_total",
       {"kind", "outcome"},
       "Public keys asked for, by kind (jwks, certificate, endpoint) and outcome: kept, fetched, failed, held, refused"},
      {"valetkey_scripts_total",
       {"outcome"},
       "Script calls, by outcome: ok, syntax, exception, timeout, memory, ended, too_large, unavailable, no_function"},
      {"valetkey_script_seconds", {}, "Time of a script call, waiting for a worker and for what it asked included", quick},
      {"valetkey_script_workers", {}, "Processes that run scripts, the one that stands ready included"},
      {"valetkey_events_published_total", {"kind"}, "Events of applications written to the outbox: webhook, action"},
      {"valetkey_requests_put_off_total",
       {"state"},
       "Received requests that could not be parsed (unparsed) or published, and are tried again"},
      {"valetkey_deliveries_total",
       {"outcome"},
       "Attempts to deliver, by what came of them: delivered, retried, dead, gone; and cancelled deliveries"},
      {"valetkey_delivery_seconds", {}, "Time of one attempt to deliver", quick},
      {"valetkey_deliveries_under_way", {}, "Deliveries under way now"},
      {"valetkey_breakers_open", {}, "Destinations that are not sent to for a while, because they failed too often"},
      {"valetkey_event_followers", {}, "Callers that wait for new events now"},
      {"valetkey_store_queue", {}, "Changes that wait for the writer now"},
      {"valetkey_store_commit_units", {}, "Changes that one commit saved", group_sizes},
      {"valetkey_store_commit_seconds", {}, "Time of one commit, its sync included", quick},
      {"valetkey_store_refused_total", {"reason"}, "Changes that were refused or lost: busy, disk"},
      {"valetkey_build_info", {"version"}, "Always 1"},
      {"process_resident_memory_bytes", {}, "Resident memory"},
      {"process_cpu_seconds_total", {}, "User and system time"},
      {"process_open_fds", {}, "Open file descriptors"},
      {"process_max_fds", {}, "Most file descriptors that may be open"},
      {"process_start_time_seconds", {}, "Start of the process, seconds since 1970"},
  };
}

}  // namespace valetkey
