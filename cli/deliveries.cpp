#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string destination, event, state;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "what was delivered, waits, or is given up", [&program, wish]() -> Done {
    Pairs filters;
    for (const auto& [name, value] : {std::pair{"destination", &wish->destination}, {"event", &wish->event}, {"state", &wish->state}})
      if (!value->empty()) filters.emplace_back(name, *value);
    auto page = read_page(program, "/v1/deliveries", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(
        program, *page,
        {{"ID", "id"}, {"EVENT", "event"}, {"TYPE", "event_type"}, {"STATE", "state"}, {"ATTEMPTS", "attempts"}, {"DUE AT", "due_at"}});
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--destination", wish->destination, "to this destination, by id");
  command.add_option("--event", wish->event, "of this event");
  command.add_option("--state", wish->state, "pending, delivered, dead or cancelled");
}

void add_show(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one delivery: its attempts, and what was answered", [&program, id]() -> Done {
    auto reply = program.call({.path = path_to("deliveries", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("ID", *id, "the delivery")->required();
}

void add_replay(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "replay", "deliver it again, under the same webhook-id", [&program, id]() -> Done {
    auto reply = program.call({.method = "POST", .path = path_to("deliveries", *id, "replay")});
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("delivery {} will be sent again", *id));
    return kOk;
  });
  command.add_option("ID", *id, "the delivery")->required();
}

}  // namespace

void add_deliveries(CLI::App& app, Program& program) {
  auto& group = add_group(app, "deliveries", "events on their way to destinations");
  add_list(group, program);
  add_show(group, program);
  add_replay(group, program);
}

}  // namespace valetkey::cli
