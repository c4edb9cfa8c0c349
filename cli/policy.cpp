#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/body.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

Done set_policy(Program& program, const std::string& file, const std::vector<std::string>& assignments) {
  auto body = read_body(file);
  if (!body) return fail(std::move(body.error()));
  if (auto set = body->set_any(assignments); !set) return fail(std::move(set.error()));
  if (body->document.empty()) return fail(kUsage, "there is nothing to set", "for example: valetkey policy set forbid_password_grant=true");
  auto reply = body->send(program, "PATCH", "/v1/policy");
  if (!reply) return fail(std::move(reply.error()));
  print_document(program, reply->body);
  return kOk;
}

}  // namespace

void add_policy(CLI::App& app, Program& program) {
  auto& group = add_group(app, "policy", "what your tenant forbids, and its limits");
  add_command(group, program, "show", "the policy, and what follows from it", [&program]() -> Done {
    auto reply = program.call({.path = "/v1/policy"});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  struct Wish {
    std::string file;
    std::vector<std::string> assignments;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "set", "make the policy tighter",
                              [&program, wish] { return set_policy(program, wish->file, wish->assignments); });
  command.add_option("MEMBER", wish->assignments, "name=value, e.g. max_connections=100");
  command.add_option("-f,--file", wish->file, "YAML or JSON file with the members");
}

}  // namespace valetkey::cli
