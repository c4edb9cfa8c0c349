#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

struct EventsWish {
  PageWish page;
  std::string type;
  std::string connection;
};

Done list_events(Program& program, const EventsWish& wish) {
  Pairs filters;
  if (!wish.type.empty()) filters.emplace_back("type", wish.type);
  if (!wish.connection.empty()) filters.emplace_back("connection", wish.connection);
  auto page = read_page(program, "/v1/events", std::move(filters), wish.page);
  if (!page) return fail(std::move(page.error()));
  print_page(program, *page, {{"ID", "id"}, {"OCCURRED AT", "occurred_at"}, {"TYPE", "type"}, {"CONNECTION", "connection"}});
  return kOk;
}

}  // namespace

void add_events(CLI::App& app, Program& program) {
  auto wish = std::make_shared<EventsWish>();
  auto& command = add_command(app, program, "events", "what happened to connections and credentials",
                              [&program, wish] { return list_events(program, *wish); });
  add_paging(command, wish->page);
  command.add_option("--type", wish->type, "of this type, e.g. connection.created");
  command.add_option("--connection", wish->connection, "of this connection");
}

}  // namespace valetkey::cli
