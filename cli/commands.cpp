#include "cli/commands.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "cli/program.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

constexpr auto kGroup = "Client: asks a broker, here or elsewhere (docs/cli.md)";
constexpr auto kOptions = "Options of the client";

void add_common(CLI::App& app, Program& program) {
  auto& common = program.common;
  app.add_option("--profile", common.profile, "the broker and key of this profile")->group(kOptions);
  app.add_option("--url", common.url, "the broker; else VALETKEY_URL, a profile, http://127.0.0.1:8420")->group(kOptions);
  app.add_option("--ca-file", common.ca_file, "PEM file of the authorities to trust")->group(kOptions);
  app.add_flag("--insecure", common.is_insecure, "the key may travel over plain http")->group(kOptions);
  app.add_flag("--json", common.is_json, "print what the API answers, for scripts")->group(kOptions);
  app.add_flag("-q,--quiet", common.is_quiet, "print ids only")->group(kOptions);
  app.add_flag("-y,--yes", common.is_agreed, "do not ask")->group(kOptions);
  refuse_secret(app, "--api-key", "VALETKEY_API_KEY, or a profile");
  refuse_secret(app, "--key", "VALETKEY_API_KEY, or a profile");
}

/// The innermost command that was given.
const CLI::App& innermost(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? app : innermost(*given.back());
}

std::string path_of(const CLI::App& app) {
  const auto* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

/// One line: CLI11 puts what was given and what is accepted on several.
std::string one_line(std::string text) {
  for (auto& c : text)
    if (c == '\n') c = ' ';
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

void add_client_commands(CLI::App& app, Program& program) {
  program.root = &app;
  const auto before = app.get_subcommands([](const CLI::App*) { return true; }).size();
  add_integrations(app, program);
  add_credentials(app, program);
  add_connect(app, program);
  add_connections(app, program);
  add_end_users(app, program);
  add_token(app, program);
  add_call(app, program);
  add_apply(app, program);
  add_keys(app, program);
  add_tenants(app, program);
  add_policy(app, program);
  add_audit(app, program);
  add_services(app, program);
  add_presets(app, program);
  add_endpoints(app, program);
  add_destinations(app, program);
  add_deliveries(app, program);
  add_events(app, program);
  add_profile(app, program);
  add_status(app, program);
  add_completion(app, program);
  const auto all = app.get_subcommands([](const CLI::App*) { return true; });
  for (auto i = before; i < all.size(); ++i) all[i]->group(kGroup);
  add_common(app, program);
}

bool has_client_options(const CLI::App& app) {
  const auto given = [](const CLI::Option* option) { return option->get_group() == kOptions && option->count() > 0; };
  return !app.get_options(given).empty();
}

int run_chosen(Program& program) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  auto done = program.chosen();
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (!is_written && errno == EPIPE) {  // `| head` has seen enough: end as every other program does
    (void)std::signal(SIGPIPE, SIG_DFL);
    (void)std::raise(SIGPIPE);
  }
  if (!is_written) done = fail(kRefused, fmt::format("write to standard output: {}", std::generic_category().message(errno)));
  return done ? *done : tell(done.error());
}

int tell_misuse(const CLI::App& app, const CLI::ParseError& error) {
  return tell({.status = kUsage, .message = one_line(error.what()), .hint = fmt::format("see {} --help", path_of(innermost(app)))});
}

}  // namespace valetkey::cli
