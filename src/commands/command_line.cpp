#include "commands/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "cli/commands.hpp"
#include "cli/program.hpp"
#include "commands/backup.hpp"
#include "commands/doctor.hpp"
#include "commands/installation_key.hpp"
#include "commands/process.hpp"
#include "commands/report.hpp"
#include "commands/restore.hpp"
#include "commands/resume.hpp"
#include "commands/rotate.hpp"
#include "commands/serve.hpp"

namespace valetkey::commands {
namespace {

struct Arguments {
  std::string config;
  std::string path;
  std::string url;
  std::string tenant;
  std::string name = "installation";
  DataKeyRotation rotation;
};

using Loaded = model::Result<Config>;

/// What is to be done with the settings once they are read.
using Command = std::function<int(Loaded&)>;

/// Most commands need settings that are sound.
Command with_settings(std::function<int(Config&)> run) {
  return [run = std::move(run)](Loaded& config) { return config ? run(*config) : refused(config.error()); };
}

constexpr auto kGroup = "Broker: runs beside its data";

CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what, Command& chosen, Command run) {
  auto* command = parent.add_subcommand(name, what);
  command->group(kGroup);
  command->callback([&chosen, run = std::move(run)] {
    // A command below this one has been chosen already.
    if (!chosen) chosen = run;
  });
  return command;
}

void add_doctor(CLI::App& app, Arguments& given, Command& chosen) {
  auto* doctor_command =
      add(app, "doctor", "check everything that can be checked, and say what to do", chosen, [](Loaded& config) { return doctor(config); });
  auto* egress = add(*doctor_command, "egress", "explain what the egress policy says about a URL", chosen,
                     with_settings([&given](Config& config) { return doctor_egress(config, given.url, given.tenant); }));
  egress->add_option("URL", given.url)->required();
  egress->add_option("--tenant", given.tenant, "whose rules count, too");
}

void add_rotate(CLI::App& app, Arguments& given, Command& chosen) {
  auto* rotate = app.add_subcommand("rotate", "rotate keys, also while serving")->group(kGroup);
  rotate->require_subcommand(1);
  add(*rotate, "root", "wrap every data key under the first root key alone", chosen, with_settings(rotate_root));
  auto* data_keys = add(*rotate, "data-keys", "make new data keys and seal everything anew", chosen,
                        with_settings([&given](Config& config) { return rotate_data_keys(config, given.rotation); }));
  data_keys->add_option("--tenant", given.rotation.tenant, "of this tenant alone");
  data_keys->add_flag("--finish", given.rotation.only_finish, "no new keys: forget old ones whose time is over");
}

void add_commands(CLI::App& app, Arguments& given, Command& chosen) {
  add(app, "serve", "run the broker", chosen, with_settings([](Config& config) { return serve(std::move(config)); }));
  add(app, "config", "print the effective settings with their origins, without secrets", chosen, with_settings([](Config& config) {
        fmt::print("{}", describe(config));
        return kOk;
      }));
  add_doctor(app, given, chosen);
  auto* backup_command = add(app, "backup", "copy the database to a new file, also while serving; never the root key", chosen,
                             with_settings([&given](Config& config) { return backup(config, given.path); }));
  backup_command->add_option("PATH", given.path, "the new file")->required();
  auto* restore_command = add(app, "restore", "put a backup where there is no database, on hold", chosen,
                              with_settings([&given](Config& config) { return restore(config, given.path); }));
  restore_command->add_option("PATH", given.path, "a file that `backup` made")->required();
  add(app, "resume", "end the hold of a restored or moved store, when no other copy of it runs", chosen, with_settings(resume));
  add_rotate(app, given, chosen);
  auto* key = add(app, "installation-key", "make a key for the routes of the installation, and print it once", chosen,
                  with_settings([&given](Config& config) { return make_installation_key(config, given.name); }));
  key->add_option("--name", given.name, "what it is called in lists");
  add(app, "version", "print the version", chosen, [](Loaded&) {
    fmt::print("valetkey {}\n", VALETKEY_VERSION);
    return kOk;
  });
}

/// CLI11 says only that some command is needed.
bool is_no_command(const CLI::App& app, std::span<char*> arguments) {
  if (arguments.size() < 2 || *arguments[1] == '-') return false;
  return std::ranges::none_of(app.get_subcommands([](const CLI::App*) { return true; }),
                              [&](const CLI::App* command) { return command->get_name() == arguments[1]; });
}

/// CLI11 takes the arguments last first.
std::vector<std::string> reversed(std::span<char*> arguments) {
  std::vector<std::string> out;
  for (auto argument = arguments.rbegin(); argument != arguments.rend() - 1; ++argument) out.emplace_back(*argument);
  return out;
}

}  // namespace

int run(std::span<char*> arguments, std::span<char*> environment) {
  harden_process();
  if (arguments.empty()) return misused("there is no name of this program");
  CLI::App app("Valetkey: a broker for OAuth 2.0 credentials", "valetkey");
  Arguments given;
  Command chosen;
  auto* config_option = app.add_option("--config", given.config, "the file of settings; without it valetkey.toml, if there is one")
                            ->group("Options of the broker");
  app.require_subcommand(1);
  app.fallthrough();
  add_commands(app, given, chosen);
  cli::Program client(environment);
  cli::add_client_commands(app, client);
  if (is_no_command(app, arguments))
    return misused(fmt::format("there is no command {}; see valetkey --help", model::clipped(arguments[1])));
  try {
    app.parse(reversed(arguments));
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : cli::tell_misuse(app, error);
  }
  if (client.chosen) return config_option->count() == 0 ? cli::run_chosen(client) : misused("--config is for the commands of the broker");
  if (cli::has_client_options(app)) return misused("--profile, --url, --json and their like are for the commands of the client");
  auto config = load_config(given.config, environment);
  return chosen(config);
}

}  // namespace valetkey::commands
