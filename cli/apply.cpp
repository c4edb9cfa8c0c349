#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/plan.hpp"
#include "cli/program.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

struct ApplyWish {
  std::string file;
  bool is_plan_only = false;
  bool tells_by_status = false;
  bool prunes = false;
};

bool wants_secret(const Failure& failure) {
  return std::ranges::find(failure.members, "/client_secret", &WrongMember::pointer) != failure.members.end();
}

/// A change of where secrets go must carry the secret again (S1): the broker says when, and then it is sent.
Outcome<void> change(Program& program, const Step& step) {
  Call call{.method = "PATCH", .path = step.path, .query = {}, .body = step.members, .if_match = step.etag};
  auto reply = program.call(call);
  if (!reply && wants_secret(reply.error()) && !step.client_secret.is_null()) {
    call.body->as_object()["client_secret"] = step.client_secret;
    reply = program.call(call);
  }
  if (!reply) return fail(std::move(reply.error()));
  return {};
}

Outcome<void> create(Program& program, const Step& step) {
  auto body = step.members;
  if (!step.client_secret.is_null()) body["client_secret"] = step.client_secret;
  auto reply = program.call({.method = "POST", .path = step.path, .query = {}, .body = std::move(body)});
  if (!reply) return fail(std::move(reply.error()));
  if (step.kind == "credential" && !program.common.is_json && !program.common.is_quiet)
    fmt::print("  redirect URI to register: {}\n", cell_at(reply->body, "redirect_uri"));
  return {};
}

Outcome<void> take(Program& program, const Step& step) {
  switch (step.act) {
    case Act::kCreate: return create(program, step);
    case Act::kChange: return change(program, step);
    case Act::kDelete:
      if (auto reply = program.call({.method = "DELETE", .path = step.path}); !reply) return fail(std::move(reply.error()));
      return {};
    case Act::kNothing: return {};
  }
  return {};
}

std::string_view past_of(Act act) {
  switch (act) {
    case Act::kCreate: return "made";
    case Act::kChange: return "changed";
    default: return "deleted";
  }
}

/// In order; what was done stays done when a later step fails, and the next apply goes on from there.
Done run_plan(Program& program, const std::vector<Step>& plan) {
  for (const auto& step : plan) {
    if (step.act == Act::kNothing) continue;
    auto taken = take(program, step);
    if (!taken) {
      step.places.explain(taken.error());
      taken.error().message = fmt::format("{} {}: {}", step.kind, step.name, taken.error().message);
      return fail(std::move(taken.error()));
    }
    if (!program.common.is_json && !program.common.is_quiet)
      fmt::print("{} {}{}{}\n", past_of(step.act), step.kind, step.name.empty() ? "" : " ", printable(step.name));
  }
  return kOk;
}

Done apply(Program& program, const ApplyWish& wish) {
  auto file = read_yaml(wish.file);
  if (!file) return fail(std::move(file.error()));
  auto wanted = wanted_of(*file, program.environment());
  if (!wanted) return fail(std::move(wanted.error()));
  auto plan = make_plan(program, *wanted, wish.prunes);
  if (!plan) return fail(std::move(plan.error()));
  if (program.common.is_json) fmt::print("{}\n", pretty(plan_json(*plan)));
  else if (!program.common.is_quiet) fmt::print("{}", plan_text(*plan, output_style(program.environment())));
  if (!has_changes(*plan)) return kOk;
  if (wish.is_plan_only) return wish.tells_by_status ? kChanges : kOk;
  if (!program.common.is_agreed && !is_input_terminal())
    return fail(kUsage, "apply: nobody can be asked whether the plan is right", "--yes does it; --plan only shows it");
  (void)std::fflush(stdout);
  if (auto agreed = ask_before(program, "apply this plan?"); !agreed) return fail(std::move(agreed.error()));
  return run_plan(program, *plan);
}

}  // namespace

void add_apply(CLI::App& app, Program& program) {
  auto wish = std::make_shared<ApplyWish>();
  auto& command = add_command(app, program, "apply", "make integrations, credentials and policy as a file says",
                              [&program, wish] { return apply(program, *wish); });
  command.add_option("-f,--file", wish->file, "the YAML file, - for standard input")->required();
  command.add_flag("--plan", wish->is_plan_only, "show what would be done, and do nothing");
  command.add_flag("--exit-code", wish->tells_by_status, "with --plan: exit status 10 when there is something to do");
  command.add_flag("--prune", wish->prunes, "delete what the file's lists do not name");
}

}  // namespace valetkey::cli
