#include "cli/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace valetkey::cli {

Outcome<ApiClient*> Program::api() {
  if (api_ == nullptr) {
    auto origin = origin_of(common, environment_);
    if (!origin) return fail(std::move(origin.error()));
    api_ = std::make_unique<ApiClient>(std::move(*origin));
  }
  return api_.get();
}

Outcome<Reply> Program::call(const Call& call) {
  auto client = api();
  if (!client) return fail(std::move(client.error()));
  return (*client)->call(call);
}

CLI::App& add_group(CLI::App& app, const std::string& name, const std::string& what) {
  auto* group = app.add_subcommand(name, what);
  group->require_subcommand(1);
  return *group;
}

CLI::App& add_command(CLI::App& parent, Program& program, const std::string& name, const std::string& what, Action action) {
  auto* command = parent.add_subcommand(name, what);
  command->callback([&program, action = std::move(action)] {
    if (!program.chosen) program.chosen = action;
  });
  return *command;
}

void refuse_secret(CLI::App& command, const std::string& option, const std::string& instead) {
  command
      .add_option_function<std::vector<std::string>>(
          option,
          [option, instead](const std::vector<std::string>&) {
            throw CLI::ValidationError(option, fmt::format("a secret is not taken from an argument, where other users of this machine and "
                                                           "the shell's history see it; use {}",
                                                           instead));
          })
      ->expected(0, 1)
      ->group("");
}

}  // namespace valetkey::cli
