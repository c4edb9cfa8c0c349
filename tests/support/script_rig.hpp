#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "adapters/javascriptcore/javascriptcore_engine.hpp"
#include "adapters/javascriptcore/worker_pool.hpp"
#include "adapters/system/system_clock.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"

namespace valetkey::test {

using ScriptOutcome = std::expected<ports::ScriptResult, ports::ScriptFailure>;

/// Scripts in real workers.
class ScriptRig {
 public:
  explicit ScriptRig(int workers = 2, std::size_t waiting_per_tenant = 32)
      : engine({.command = {.path = VALETKEY_SCRIPT_WORKER, .argument = ""}, .workers = workers, .waiting_per_tenant = waiting_per_tenant},
               clock, metrics) {}

  static ports::ScriptCall call_of(std::string source, std::string input = "null", std::string tenant = "ten_a") {
    return {.tenant = model::TenantId(std::move(tenant)), .source = std::move(source), .function = "f", .input = std::move(input)};
  }
  ScriptOutcome run(ports::ScriptCall call) { return test::run(context, engine.run(std::move(call))); }
  ScriptOutcome run(std::string source, std::string input = "null") { return run(call_of(std::move(source), std::move(input))); }

  adapters::system::SystemClock clock;
  RecordedMetrics metrics;
  boost::asio::io_context context;
  adapters::javascriptcore::JavaScriptCoreEngine engine;
};

}  // namespace valetkey::test
