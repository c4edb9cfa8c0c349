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

namespace valetkey::cli {
namespace {

namespace json = boost::json;

struct DestinationWish {
  std::string file;
  std::string name;
  std::string description;
  std::string url;
  std::vector<std::string> types, integrations, credentials, connections;
  std::vector<std::string> assignments;
};

void add_members(CLI::App& command, DestinationWish& wish) {
  command.add_option("-f,--file", wish.file, "YAML or JSON file with the members, - for standard input");
  command.add_option("--name", wish.name, "what it is called");
  command.add_option("--description", wish.description, "what it is for");
  command.add_option("--deliver-to", wish.url, "the URL that events are posted to");
  command.add_option("--type", wish.types, "only events of this type, webhook.* of those that begin so; once for each")
      ->allow_extra_args(false);
  command.add_option("--integration", wish.integrations, "only of this integration")->allow_extra_args(false);
  command.add_option("--credential", wish.credentials, "only of this credential, by id or name")->allow_extra_args(false);
  command.add_option("--connection", wish.connections, "only of this connection")->allow_extra_args(false);
  command.add_option("--set", wish.assignments, "name=value of any member, the value as in YAML")->allow_extra_args(false);
}

Outcome<Body> members_of(Program& program, const DestinationWish& wish) {
  auto body = read_body(wish.file);
  if (!body) return body;
  body->set_text("name", wish.name, "--name");
  body->set_text("description", wish.description, "--description");
  body->set_text("url", wish.url, "--deliver-to");
  json::object filter;
  std::vector<std::string> credentials;
  for (const auto& each : wish.credentials) {
    auto id = credential_id(program, each);
    if (!id) return fail(std::move(id.error()));
    credentials.push_back(std::move(*id));
  }
  for (const auto& [member, list] : {std::pair{"types", &wish.types},
                                     {"integrations", &wish.integrations},
                                     {"credentials", &credentials},
                                     {"connections", &wish.connections}})
    if (!list->empty()) filter[member] = json::array(list->begin(), list->end());
  if (!filter.empty()) body->set("filter", std::move(filter), "the filter");
  if (auto set = body->set_any(wish.assignments); !set) return fail(std::move(set.error()));
  return body;
}

Outcome<Reply> find_destination(Program& program, const std::string& text) {
  if (text.starts_with("dest_")) return program.call({.path = path_to("destinations", text)});
  auto page = read_page(program, "/v1/destinations", {}, {.is_all = true});
  if (!page) return fail(std::move(page.error()));
  for (const auto& each : page->as_object().at("data").as_array())
    if (text_of(each, "name") == text) return program.call({.path = path_to("destinations", text_of(each, "id"))});
  return fail(kNotFound, fmt::format("there is no destination named {}", text), "`valetkey destinations list` shows them");
}

/// The path of a destination given by id or name.
Outcome<std::string> path_of(Program& program, const std::string& text, std::string_view action = {}) {
  auto found = find_destination(program, text);
  if (!found) return fail(std::move(found.error()));
  return path_to("destinations", text_of(found->body, "id"), action);
}

void print_secret(const Program& program, const json::value& destination, std::string said) {
  if (const auto secret = text_of(destination, "secret"); !secret.empty()) said += fmt::format("\nsigning secret, shown once  {}", secret);
  print_done(program, destination, said);
}

void add_list(CLI::App& group, Program& program) {
  auto wish = std::make_shared<PageWish>();
  auto& command = add_command(group, program, "list", "the destinations", [&program, wish]() -> Done {
    auto page = read_page(program, "/v1/destinations", {}, *wish);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page, {{"ID", "id"}, {"NAME", "name"}, {"ENABLED", "enabled"}, {"TYPES", "filter.types"}, {"URL", "url"}});
    return kOk;
  });
  add_paging(command, *wish);
}

void add_show(CLI::App& group, Program& program) {
  auto destination = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one destination and how it does", [&program, destination]() -> Done {
    auto reply = find_destination(program, *destination);
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("DESTINATION", *destination, "its id or name")->required();
}

void add_create(CLI::App& group, Program& program) {
  auto wish = std::make_shared<DestinationWish>();
  auto& command = add_command(group, program, "create", "deliver events to a URL", [&program, wish]() -> Done {
    auto body = members_of(program, *wish);
    if (!body) return fail(std::move(body.error()));
    auto reply = body->send(program, "POST", "/v1/destinations");
    if (!reply) return fail(std::move(reply.error()));
    print_secret(program, reply->body, fmt::format("made destination {}", text_of(reply->body, "id")));
    return kOk;
  });
  add_members(command, *wish);
}

void add_update(CLI::App& group, Program& program) {
  struct Wish {
    std::string destination;
    bool keeps_secret = false;
    DestinationWish members;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "update", "change members of a destination", [&program, wish]() -> Done {
    auto body = members_of(program, wish->members);
    if (!body) return fail(std::move(body.error()));
    if (body->document.empty()) return fail(kUsage, "there is nothing to change", "see valetkey destinations update --help");
    if (wish->keeps_secret) body->set("keep_secret", true, "--keep-secret");
    auto before = find_destination(program, wish->destination);
    if (!before) return fail(std::move(before.error()));
    auto reply = body->send(program, "PATCH", path_to("destinations", text_of(before->body, "id")), before->etag);
    if (!reply) return fail(std::move(reply.error()));
    print_secret(program, reply->body, fmt::format("changed destination {}", text_of(reply->body, "id")));
    return kOk;
  });
  command.add_option("DESTINATION", wish->destination, "its id or name")->required();
  command.add_flag("--keep-secret", wish->keeps_secret, "with a new URL: its deliveries are signed with the old secret");
  add_members(command, wish->members);
}

void add_delete(CLI::App& group, Program& program) {
  auto destination = std::make_shared<std::string>();
  auto& command =
      add_command(group, program, "delete", "delete a destination; what waits for it is not delivered", [&program, destination]() -> Done {
        auto path = path_of(program, *destination);
        if (!path) return fail(std::move(path.error()));
        if (auto agreed = ask_before(program, fmt::format("delete destination {}?", *destination)); !agreed)
          return fail(std::move(agreed.error()));
        auto reply = program.call({.method = "DELETE", .path = *path});
        if (!reply) return fail(std::move(reply.error()));
        print_done(program, json::object{{"id", *destination}, {"deleted", true}}, fmt::format("deleted destination {}", *destination));
        return kOk;
      });
  command.add_option("DESTINATION", *destination, "its id or name")->required();
}

/// 0 only where the destination took it.
void add_test(CLI::App& group, Program& program) {
  auto destination = std::make_shared<std::string>();
  auto& command = add_command(group, program, "test", "send an event of the type destination.test now", [&program, destination]() -> Done {
    auto path = path_of(program, *destination, "test");
    if (!path) return fail(std::move(path.error()));
    auto reply = program.call({.method = "POST", .path = *path});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    const auto* delivered = reply->body.as_object().if_contains("delivered");
    return delivered != nullptr && *delivered == json::value(true) ? kOk : kRefused;
  });
  command.add_option("DESTINATION", *destination, "its id or name")->required();
}

void add_rotate_secret(CLI::App& group, Program& program) {
  struct Wish {
    std::string destination;
    std::optional<int> overlap;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(
      group, program, "rotate-secret", "a new signing secret; the old one signs besides for a while", [&program, wish]() -> Done {
        auto path = path_of(program, wish->destination, "rotate-secret");
        if (!path) return fail(std::move(path.error()));
        Body body;
        if (wish->overlap) body.set("overlap_seconds", *wish->overlap, "--overlap");
        auto reply = body.send(program, "POST", *path);
        if (!reply) return fail(std::move(reply.error()));
        print_secret(program, reply->body, fmt::format("destination {} has a new secret", text_of(reply->body, "id")));
        return kOk;
      });
  command.add_option("DESTINATION", wish->destination, "its id or name")->required();
  command.add_option("--overlap", wish->overlap, "seconds for which the old one signs, too");
}

void add_replay(CLI::App& group, Program& program) {
  struct Wish {
    std::string destination;
    std::string state, since, until;
    std::vector<std::string> types;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "replay", "deliver again what a filter and a time name", [&program, wish]() -> Done {
    auto path = path_of(program, wish->destination, "replay");
    if (!path) return fail(std::move(path.error()));
    Body body;
    body.set_text("state", wish->state, "--state");
    body.set_text("since", wish->since, "--since");
    body.set_text("until", wish->until, "--until");
    body.set_list("types", wish->types, "--type");
    std::int64_t replayed = 0;
    for (;;) {
      auto reply = body.send(program, "POST", *path);
      if (!reply) return fail(std::move(reply.error()));
      replayed += reply->body.as_object().at("replayed").to_number<std::int64_t>();
      const auto next = text_of(reply->body, "next");
      if (next.empty()) break;
      body.set("after", json::value(next), "");
    }
    print_done(program, json::object{{"replayed", replayed}}, fmt::format("{} will be delivered again", replayed));
    return kOk;
  });
  command.add_option("DESTINATION", wish->destination, "its id or name")->required();
  command.add_option("--state", wish->state, "deliveries in this state: dead, delivered, cancelled; without it the events of the time");
  command.add_option("--since", wish->since, "from this time on, as in RFC 3339");
  command.add_option("--until", wish->until, "before this time");
  command.add_option("--type", wish->types, "of this type, webhook.* of those that begin so")->allow_extra_args(false);
}

}  // namespace

void add_destinations(CLI::App& app, Program& program) {
  auto& group = add_group(app, "destinations", "where events are delivered");
  add_list(group, program);
  add_show(group, program);
  add_create(group, program);
  add_update(group, program);
  add_delete(group, program);
  add_test(group, program);
  add_rotate_secret(group, program);
  add_replay(group, program);
}

}  // namespace valetkey::cli
