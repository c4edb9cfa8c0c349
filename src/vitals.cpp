#include "vitals.hpp"

#include "adapters/system/process_usage.hpp"
#include "app_parts.hpp"
#include "model/connection.hpp"

namespace valetkey {
namespace {

constexpr model::Seconds kTick{1};
constexpr int kTicksPerUsage = 5;
constexpr int kTicksPerCount = 300;  // a walk over an index of all connections

void show_usage(ports::Metrics& metrics) {
  const auto usage = adapters::system::process_usage();
  if (!usage) return;
  metrics.gauge("process_resident_memory_bytes", {}, static_cast<double>(usage->resident_bytes));
  metrics.gauge("process_cpu_seconds_total", {}, usage->cpu_seconds);
  metrics.gauge("process_open_fds", {}, static_cast<double>(usage->open_files));
  metrics.gauge("process_max_fds", {}, static_cast<double>(usage->most_open_files));
  metrics.gauge("process_start_time_seconds", {}, usage->started_at);
}

ports::Task<void> show_connections(App::Parts& parts) {
  using State = model::ConnectionState;
  for (const auto state : {State::kAwaitingConfirmation, State::kActive, State::kNeedsReconnect, State::kHeld, State::kRevoked}) {
    const auto name = model::to_string(state);
    ports::Query query;
    query.kind = model::Kind::kConnection;
    query.equal.emplace_back("state", std::string(name));
    if (const auto count = co_await parts.open.store->count(std::move(query)))
      parts.metrics->gauge("valetkey_connections", name, static_cast<double>(*count));
  }
}

}  // namespace

ports::Task<void> watch_vitals(App::Parts& parts) {
  parts.metrics->gauge("valetkey_build_info", VALETKEY_VERSION, 1);
  for (int tick = 0;; ++tick) {
    parts.metrics->gauge("valetkey_guards_held", {}, static_cast<double>(parts.refresher->running()));
    if (tick % kTicksPerUsage == 0) show_usage(*parts.metrics);
    if (tick % kTicksPerCount == 0) co_await show_connections(parts);
    co_await parts.clock->sleep_until(parts.clock->boot_now() + kTick);
  }
}

}  // namespace valetkey
