#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

/// What the key is: the policy is for every key of a tenant, the list of tenants for those of the installation.
Outcome<std::string> role_of(ApiClient& client) {
  auto policy = client.call({.path = "/v1/policy"});
  if (policy) return "tenant";
  if (policy.error().code != "forbidden") return fail(std::move(policy.error()));
  auto tenants = client.call({.path = "/v1/tenants", .query = {{"limit", "1"}}});
  if (tenants) return "installation";
  return fail(std::move(tenants.error()));
}

/// Reachable, ready, and the key is good; fails with what is not.
Done print_status(Program& program) {
  auto client = program.api();
  if (!client) return fail(std::move(client.error()));
  const auto& origin = (*client)->origin();
  auto ready = (*client)->open_call("/readyz");
  if (!ready) return fail(std::move(ready.error()));
  auto state = text_of(ready->body, "status");
  json::object status{{"url", origin.url},
                      {"profile", origin.profile.empty() ? json::value(nullptr) : json::value(origin.profile)},
                      {"broker", state.empty() ? fmt::format("HTTP {}", ready->status) : state}};
  auto role = origin.key.empty() ? Outcome<std::string>("none") : role_of(**client);
  status["key"] = role ? *role : "refused";
  print_document(program, status, "url");
  if (!role) return fail(std::move(role.error()));
  if (ready->status != 200) return fail(kLater, "the broker is not ready", "`valetkey doctor` beside its data says why");
  return kOk;
}

/// The URL and the kind of the key.
Done print_who(Program& program) {
  auto client = program.api();
  if (!client) return fail(std::move(client.error()));
  auto role = role_of(**client);
  if (!role) return fail(std::move(role.error()));
  const auto& origin = (*client)->origin();
  print_done(
      program,
      json::object{
          {"url", origin.url}, {"profile", origin.profile.empty() ? json::value(nullptr) : json::value(origin.profile)}, {"role", *role}},
      fmt::format("{} key at {}{}", *role, origin.url,
                  origin.profile.empty() ? std::string(", from VALETKEY_API_KEY") : ", from profile " + origin.profile),
      "url");
  return kOk;
}

}  // namespace

void add_status(CLI::App& app, Program& program) {
  add_command(app, program, "status", "whether the broker answers, is ready, and takes the key",
              [&program] { return print_status(program); });
  add_command(app, program, "whoami", "which broker, which profile, which kind of key", [&program] { return print_who(program); });
}

}  // namespace valetkey::cli
