#pragma once
#include <boost/json/value.hpp>
#include <expected>

#include "ports/script_engine.hpp"
#include "services/script/script_services.hpp"
#include "services/script/secret_scan.hpp"

namespace valetkey::services {

struct ScriptWish {
  std::string function;
  boost::json::object input;             ///< of script_input()
  ports::ScriptHost* host = nullptr;     ///< outlives the run
  const SecretScan* secrets = nullptr;   ///< what must not be in logs and messages; may grow while it runs
};

/// Runs one function and reads its answer as JSON. Logs go to `script.log`; neither they nor a failure's message hold a secret (S37).
ports::Task<std::expected<boost::json::value, ports::ScriptFailure>> run_script(ports::ScriptEngine& engine, const Script& script,
                                                                                ScriptWish wish);

/// `run function parse: TypeError: ... (line 3)`, for callers that know errors alone.
model::Error error_of(std::string_view function, const ports::ScriptFailure& failure);

}  // namespace valetkey::services
