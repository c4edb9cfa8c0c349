#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/id.hpp"
#include "ports/task.hpp"

namespace valetkey::ports {

/// What a running script may ask of the broker, by name: secrets.hmac, secrets.equals, account.call, token.fetch. It blocks the script, not
/// the broker.
class ScriptHost {
 public:
  virtual ~ScriptHost() = default;
  /// `argument` and the answer are JSON. An error becomes an exception in the script.
  virtual Answer<std::string> ask(std::string name, std::string argument) = 0;
};

struct ScriptCall {
  model::TenantId tenant;  ///< a worker serves one tenant for life (S36)
  std::string source;  ///< JavaScript that defines `function`
  /// A JavaScript expression, (ask, called, input) => answer: what the script sees of the broker, made of ask(name, argument), which
  /// takes and answers what JSON can hold.
  std::string prelude = "(ask, called, input) => called(input)";
  std::string function;  ///< verify, parse, map, action, validate, generate, refresh
  std::string input;  ///< JSON, its only argument
  model::Milliseconds deadline{100};  ///< of its own time; waiting on the host does not count
  ScriptHost* host = nullptr;  ///< outlives the call; null: there is nothing to ask
};

struct ScriptResult {
  std::string output;  ///< JSON
  std::vector<std::string> log;  ///< console.log, clipped: 100 lines of 1 KiB
};

struct ScriptFailure {
  enum class Kind { kSyntax, kException, kTimeout, kMemory, kEnded, kTooLarge, kUnavailable, kNoFunction };
  Kind kind = Kind::kException;
  std::string message{};  ///< of the script's own making; clipped, no secrets of the broker in it
  int line = 0;  ///< 0: unknown
  std::vector<std::string> log{};
};

/// JavaScript in worker processes, a fresh realm per call. Thread safe; answers resume on the caller's executor.
class ScriptEngine {
 public:
  virtual ~ScriptEngine() = default;
  virtual Task<std::expected<ScriptResult, ScriptFailure>> run(ScriptCall call) = 0;
};

}  // namespace valetkey::ports
