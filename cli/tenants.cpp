#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/body.hpp"
#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"
#include "cli/terminal.hpp"

namespace valetkey::cli {
namespace {

void add_list(CLI::App& group, Program& program) {
  auto wish = std::make_shared<PageWish>();
  auto& command = add_command(group, program, "list", "the tenants", [&program, wish]() -> Done {
    auto page = read_page(program, "/v1/tenants", {}, *wish);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page, {{"ID", "id"}, {"NAME", "name"}, {"CREATED AT", "created_at"}});
    return kOk;
  });
  add_paging(command, *wish);
}

void add_create(CLI::App& group, Program& program) {
  auto name = std::make_shared<std::string>();
  auto& command = add_command(group, program, "create", "make a tenant", [&program, name]() -> Done {
    Body body;
    body.set_text("name", *name, "NAME");
    auto reply = body.send(program, "POST", "/v1/tenants");
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("made tenant {}", text_of(reply->body, "id")));
    return kOk;
  });
  command.add_option("NAME", *name, "what it is called")->required();
}

/// Its data keys go with it, so that no backup opens it again: asked always, --yes where nobody can be asked.
void add_delete(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command =
      add_command(group, program, "delete", "destroy a tenant, all that is its own, and the keys to it", [&program, id]() -> Done {
        if (!program.common.is_agreed && !is_input_terminal())
          return fail(kUsage, fmt::format("delete tenant {}: nobody can be asked whether this is meant", *id), "--yes says that it is");
        if (auto agreed = ask_before(program, fmt::format("destroy tenant {} and everything in it?", *id)); !agreed)
          return fail(std::move(agreed.error()));
        auto reply = program.call({.method = "DELETE", .path = path_to("tenants", *id)});
        if (!reply) return fail(std::move(reply.error()));
        print_done(program, boost::json::object{{"id", *id}, {"deleted", true}}, fmt::format("deleted tenant {}", *id));
        return kOk;
      });
  command.add_option("ID", *id, "the tenant, ten_...")->required();
}

}  // namespace

void add_tenants(CLI::App& app, Program& program) {
  auto& group = add_group(app, "tenants", "tenants of the installation; asked with an installation key");
  add_list(group, program);
  add_create(group, program);
  add_delete(group, program);
}

}  // namespace valetkey::cli
