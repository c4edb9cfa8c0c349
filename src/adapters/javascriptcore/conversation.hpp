#pragma once
#include <expected>

#include "adapters/javascriptcore/worker_process.hpp"
#include "ports/script_engine.hpp"

namespace valetkey::adapters::javascriptcore {

using Outcome = std::expected<ports::ScriptResult, ports::ScriptFailure>;

struct Conversation {
  Outcome outcome;
  bool is_reusable = false;  ///< nothing of the call is left in the worker
  bool is_lost = false;      ///< somebody else killed the worker before the script had asked for anything: another may be tried
};

/// One call on one worker: its frames out and in, what the script asks on the way, its limits. `frame` is the encoded call.
ports::Task<Conversation> converse(WorkerProcess& worker, const std::string& frame, const ports::ScriptCall& call);

/// A failure of the broker's own finding.
Outcome failed(ports::ScriptFailure::Kind kind, std::string message);

}  // namespace valetkey::adapters::javascriptcore
