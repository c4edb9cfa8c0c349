#pragma once
#include <span>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace valetkey::cli {

class Program;

/// Every command of the client, and the options that they share.
void add_client_commands(CLI::App& app, Program& program);

void add_apply(CLI::App& app, Program& program);
void add_audit(CLI::App& app, Program& program);
void add_call(CLI::App& app, Program& program);
void add_completion(CLI::App& app, Program& program);
void add_connect(CLI::App& app, Program& program);
void add_connections(CLI::App& app, Program& program);
void add_credentials(CLI::App& app, Program& program);
void add_deliveries(CLI::App& app, Program& program);
void add_destinations(CLI::App& app, Program& program);
void add_end_users(CLI::App& app, Program& program);
void add_endpoints(CLI::App& app, Program& program);
void add_events(CLI::App& app, Program& program);
void add_integrations(CLI::App& app, Program& program);
void add_keys(CLI::App& app, Program& program);
void add_policy(CLI::App& app, Program& program);
void add_presets(CLI::App& app, Program& program);
void add_profile(CLI::App& app, Program& program);
void add_services(CLI::App& app, Program& program);
void add_status(CLI::App& app, Program& program);
void add_tenants(CLI::App& app, Program& program);
void add_token(CLI::App& app, Program& program);

/// Whether an option of the client was given: the other commands know none of them.
bool has_client_options(const CLI::App& app);

/// Runs the command that was chosen; tells what failed. Answers the exit status.
int run_chosen(Program& program);

/// What is wrong with the arguments, told with a hint. Answers kUsage.
int tell_misuse(const CLI::App& app, const CLI::ParseError& error);

}  // namespace valetkey::cli
