#include "cli/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/difference.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/paging.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

using Difference = json::object (*)(const json::object&, const json::object&);

Step step_of(std::string kind, const Wanted& wanted) {
  return {.act = Act::kCreate,
          .kind = std::move(kind),
          .name = wanted.name,
          .path = {},
          .etag = {},
          .members = wanted.body.document,
          .before = {},
          .client_secret = wanted.client_secret,
          .secret_from = wanted.secret_from,
          .places = wanted.body.places};
}

/// A change of what is there, or nothing.
void compare(Step& step, const Reply& current, Difference difference) {
  const auto& there = current.body.as_object();
  step.etag = current.etag;
  step.members = difference(step.members, there);
  step.act = step.members.empty() ? Act::kNothing : Act::kChange;
  for (const auto& member : step.members)
    if (const auto* value = there.if_contains(member.key())) step.before.emplace(member.key(), *value);
}

Outcome<Step> plan_integration(Program& program, const Wanted& wanted) {
  auto step = step_of("integration", wanted);
  step.path = path_to("integrations", wanted.name);
  auto current = program.call({.path = step.path});
  if (!current && current.error().status == kNotFound) {
    step.path = "/v1/integrations";
    return step;
  }
  if (!current) return fail(std::move(current.error()));
  compare(step, *current, integration_difference);
  const auto* custom = current->body.as_object().if_contains("custom");
  if (step.act == Act::kChange && custom != nullptr && *custom == json::value(false))
    return fail(
        kConflict,
        fmt::format("{}: integration {} ships with the catalogue, which nobody changes", step.places.where(""), printable(wanted.name)),
        "give your own another slug, or set the members on the credential");
  return step;
}

Outcome<Step> plan_credential(Program& program, const Wanted& wanted, const json::array& existing) {
  auto step = step_of("credential", wanted);
  const auto* found = std::ranges::find_if(existing, [&](const json::value& each) { return text_of(each, "name") == wanted.name; });
  if (found == existing.end()) {
    step.path = "/v1/credentials";
    if (!step.members.contains("authentication_type")) step.members["authentication_type"] = "oauth2";
    return step;
  }
  step.path = path_to("credentials", text_of(*found, "id"));
  auto current = program.call({.path = step.path});
  if (!current) return fail(std::move(current.error()));
  compare(step, *current, credential_difference);
  // A secret cannot be compared: one is sent where there is none yet.
  const auto* is_set = current->body.as_object().if_contains("client_secret_set");
  if (!step.client_secret.is_null() && is_set != nullptr && *is_set == json::value(false)) {
    step.act = Act::kChange;
    step.members["client_secret"] = step.client_secret;
  }
  return step;
}

/// Those of `existing` that nobody wants.
void prune(std::vector<Step>& plan, const std::string& kind, const json::array& existing, const std::vector<Wanted>& wanted,
           const std::string& key, const std::string& id) {
  for (const auto& each : existing) {
    const auto name = text_of(each, key);
    if (std::ranges::find(wanted, name, &Wanted::name) != wanted.end()) continue;
    plan.push_back({.act = Act::kDelete, .kind = kind, .name = name, .path = path_to(kind + "s", text_of(each, id))});
  }
}

Outcome<json::array> all_of(Program& program, const std::string& path) {
  auto page = read_page(program, path, {}, {.is_all = true});
  if (!page) return fail(std::move(page.error()));
  return std::move(page->as_object().at("data").as_array());
}

Outcome<void> plan_integrations(Program& program, const std::vector<Wanted>& wanted, std::vector<Step>& plan) {
  for (const auto& each : wanted) {
    auto step = plan_integration(program, each);
    if (!step) return fail(std::move(step.error()));
    plan.push_back(std::move(*step));
  }
  return {};
}

Outcome<void> plan_credentials(Program& program, const std::vector<Wanted>& wanted, bool prunes, std::vector<Step>& plan) {
  auto existing = all_of(program, "/v1/credentials");
  if (!existing) return fail(std::move(existing.error()));
  for (const auto& each : wanted) {
    auto step = plan_credential(program, each, *existing);
    if (!step) return fail(std::move(step.error()));
    plan.push_back(std::move(*step));
  }
  if (prunes) prune(plan, "credential", *existing, wanted, "name", "id");
  return {};
}

/// After the credentials, which may use them.
Outcome<void> prune_integrations(Program& program, const std::vector<Wanted>& wanted, std::vector<Step>& plan) {
  auto existing = all_of(program, "/v1/integrations");
  if (!existing) return fail(std::move(existing.error()));
  json::array own;
  for (const auto& each : *existing)
    if (each.as_object().at("custom") == json::value(true)) own.push_back(each);
  prune(plan, "integration", own, wanted, "slug", "slug");
  return {};
}

Outcome<void> plan_policy(Program& program, const Body& wanted, std::vector<Step>& plan) {
  auto current = program.call({.path = "/v1/policy"});
  if (!current) return fail(std::move(current.error()));
  Step step{.kind = "policy", .name = {}, .path = "/v1/policy", .members = wanted.document, .places = wanted.places};
  compare(step, *current, policy_difference);
  plan.push_back(std::move(step));
  return {};
}

std::string_view mark_of(Act act) {
  switch (act) {
    case Act::kCreate: return "+";
    case Act::kChange: return "~";
    case Act::kDelete: return "-";
    case Act::kNothing: return "=";
  }
  return "?";
}

std::string_view word_of(Act act) {
  switch (act) {
    case Act::kCreate: return "create";
    case Act::kChange: return "change";
    case Act::kDelete: return "delete";
    case Act::kNothing: return "nothing";
  }
  return "?";
}

std::string_view colour_of(Act act) {
  switch (act) {
    case Act::kCreate: return "\x1b[32m";
    case Act::kChange: return "\x1b[33m";
    case Act::kDelete: return "\x1b[31m";
    case Act::kNothing: return "";
  }
  return "";
}

std::string members_text(const Step& step) {
  std::string out;
  for (const auto& member : step.members) {
    const auto name = printable(member.key());
    if (member.key() == "client_secret") continue;
    if (step.act == Act::kCreate) out += fmt::format("    {}: {}\n", name, cell_text(member.value()));
    else out += fmt::format("    {}: {} -> {}\n", name, cell_at(step.before, member.key()), cell_text(member.value()));
  }
  const bool sends_secret = step.act == Act::kCreate || step.members.contains("client_secret");
  if (sends_secret && !step.secret_from.empty()) out += fmt::format("    client_secret: from {}\n", printable(step.secret_from));
  return out;
}

std::ptrdiff_t count_of(const std::vector<Step>& plan, Act act) { return std::ranges::count(plan, act, &Step::act); }

}  // namespace

Outcome<std::vector<Step>> make_plan(Program& program, const WantedSet& wanted, bool prunes) {
  std::vector<Step> plan;
  Outcome<void> done;
  if (wanted.integrations) done = plan_integrations(program, *wanted.integrations, plan);
  if (done && wanted.credentials) done = plan_credentials(program, *wanted.credentials, prunes, plan);
  if (done && wanted.integrations && prunes) done = prune_integrations(program, *wanted.integrations, plan);
  if (done && wanted.policy) done = plan_policy(program, *wanted.policy, plan);
  if (!done) return fail(std::move(done.error()));
  return plan;
}

bool has_changes(const std::vector<Step>& plan) { return std::cmp_less(count_of(plan, Act::kNothing), plan.size()); }

std::string plan_text(const std::vector<Step>& plan, Style style) {
  std::string out;
  for (const auto& step : plan) {
    if (step.act == Act::kNothing) continue;
    const auto colour = style.has_colour ? colour_of(step.act) : std::string_view();
    out += fmt::format("{}{} {}{}{}{}\n", colour, mark_of(step.act), step.kind, step.name.empty() ? "" : " ", printable(step.name),
                       colour.empty() ? "" : "\x1b[0m");
    out += members_text(step);
  }
  return out + fmt::format("{} to create, {} to change, {} to delete, {} as wanted\n", count_of(plan, Act::kCreate),
                           count_of(plan, Act::kChange), count_of(plan, Act::kDelete), count_of(plan, Act::kNothing));
}

json::value plan_json(const std::vector<Step>& plan) {
  json::array steps;
  for (const auto& step : plan) {
    auto members = step.members;
    members.erase("client_secret");
    steps.push_back(json::object{
        {"act", word_of(step.act)}, {"kind", step.kind}, {"name", step.name}, {"before", step.before}, {"after", std::move(members)}});
  }
  return json::object{{"steps", std::move(steps)}};
}

}  // namespace valetkey::cli
