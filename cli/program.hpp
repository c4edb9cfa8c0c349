#pragma once
#include <functional>
#include <memory>
#include <string>

#include "cli/api_client.hpp"
#include "cli/environment.hpp"
#include "cli/failure.hpp"
#include "cli/origin.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace valetkey::cli {

using Action = std::function<Done()>;

/// What the commands share: options, environment, and the client of the broker, made when it is first asked.
class Program {
 public:
  explicit Program(std::span<char*> environment) : environment_(environment) {}

  /// kUsage when no broker can be told from options, environment and profiles.
  Outcome<ApiClient*> api();
  /// api(), and one call.
  Outcome<Reply> call(const Call& call);

  Common common;
  [[nodiscard]] const Environment& environment() const { return environment_; }

  /// The command that the arguments chose; empty when it is none of the client's.
  Action chosen;
  /// The whole command line, for completion.
  CLI::App* root = nullptr;

 private:
  Environment environment_;
  std::unique_ptr<ApiClient> api_;
};

/// A command that groups others: `valetkey keys ...`.
CLI::App& add_group(CLI::App& app, const std::string& name, const std::string& what);

/// A command that does something. `action` outlives the parsing.
CLI::App& add_command(CLI::App& parent, Program& program, const std::string& name, const std::string& what, Action action);

/// Refuses an option that would take a secret from the arguments, which every user of the machine can read.
void refuse_secret(CLI::App& command, const std::string& option, const std::string& instead);

}  // namespace valetkey::cli
