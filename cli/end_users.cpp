#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {

void add_end_users(CLI::App& app, Program& program) {
  auto& group = add_group(app, "end-users", "the users of your product");
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "delete", "delete every connection of a user", [&program, id]() -> Done {
    if (auto agreed = ask_before(program, fmt::format("delete every connection of end user {}?", *id)); !agreed)
      return fail(std::move(agreed.error()));
    auto reply = program.call({.method = "DELETE", .path = path_to("end-users", *id)});
    if (!reply) return fail(std::move(reply.error()));
    const auto count = reply->body.as_object().at("connections").as_array().size();
    print_done(program, reply->body, fmt::format("deleted end user {}: {} connection{}", *id, count, count == 1 ? "" : "s"), "end_user");
    return kOk;
  });
  command.add_option("ID", *id, "your own id of the user")->required();
}

}  // namespace valetkey::cli
