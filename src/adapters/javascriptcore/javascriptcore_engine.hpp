#pragma once
#include <memory>

#include "ports/clock.hpp"
#include "ports/metrics.hpp"
#include "ports/script_engine.hpp"

namespace valetkey::adapters::javascriptcore {

class WorkerPool;
struct PoolSettings;

/// JavaScriptCore in worker processes (docs/decisions/0019-scripts.md). This side never loads the engine: it speaks frames with workers,
/// on the caller's executor, and believes nothing that they say.
class JavaScriptCoreEngine final : public ports::ScriptEngine {
 public:
  /// `clock` and `metrics` outlive this.
  JavaScriptCoreEngine(const PoolSettings& settings, ports::Clock& clock, ports::Metrics& metrics);
  /// Ends all workers but those of calls under way, which end with them.
  ~JavaScriptCoreEngine() override;
  JavaScriptCoreEngine(const JavaScriptCoreEngine&) = delete;
  JavaScriptCoreEngine& operator=(const JavaScriptCoreEngine&) = delete;

  ports::Task<std::expected<ports::ScriptResult, ports::ScriptFailure>> run(ports::ScriptCall call) override;

 private:
  ports::Clock& clock_;
  ports::Metrics& metrics_;
  std::shared_ptr<WorkerPool> pool_;
};

}  // namespace valetkey::adapters::javascriptcore
