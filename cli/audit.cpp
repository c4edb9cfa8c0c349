#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {

void add_audit(CLI::App& app, Program& program) {
  auto wish = std::make_shared<PageWish>();
  auto& command = add_command(app, program, "audit", "who changed what", [&program, wish]() -> Done {
    auto page = read_page(program, "/v1/audit", {}, *wish);
    if (!page) return fail(std::move(page.error()));
    print_page(
        program, *page,
        {{"SEQUENCE", "sequence"}, {"AT", "at"}, {"ACTOR", "actor"}, {"ACTION", "action"}, {"TARGET", "target"}, {"DETAIL", "detail"}},
        "sequence");
    return kOk;
  });
  add_paging(command, *wish);
}

}  // namespace valetkey::cli
