#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/body.hpp"
#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/named_secrets.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

struct EndpointWish {
  std::string file;
  std::vector<std::string> secrets;
  std::vector<std::string> parameters;
  std::vector<std::string> assignments;
};

void add_members(CLI::App& command, EndpointWish& wish) {
  command.add_option("-f,--file", wish.file, "YAML or JSON file with the members, - for standard input");
  command.add_option("--secret", wish.secrets, kSecretHelp)->allow_extra_args(false);
  command.add_option("--parameter", wish.parameters, "name=value of a parameter that a service declares")->allow_extra_args(false);
  command.add_option("--set", wish.assignments, "name=value of any member, the value as in YAML")->allow_extra_args(false);
}

Outcome<Body> members_of(const EndpointWish& wish, const Environment& environment) {
  auto body = read_body(wish.file);
  if (!body) return body;
  auto secrets = named_secrets(wish.secrets, "--secret", environment, false);
  if (!secrets) return fail(std::move(secrets.error()));
  if (!secrets->empty()) body->set("secrets", std::move(*secrets), "--secret");
  if (auto set = body->set_pairs("parameters", wish.parameters, "--parameter"); !set) return fail(std::move(set.error()));
  if (auto set = body->set_any(wish.assignments); !set) return fail(std::move(set.error()));
  return body;
}

/// What has to be typed in at the application, and what is still missing here.
void print_urls(const Program& program, const json::value& endpoint, std::string_view said) {
  print_done(program, endpoint,
             fmt::format("{} {}\nwebhook URL  {}\naction URL   {}", said, text_of(endpoint, "id"), text_of(endpoint, "webhook_url"),
                         text_of(endpoint, "action_url")));
  tell_warnings(program, endpoint);
}

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string credential;
    std::string connection;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "the endpoints", [&program, wish]() -> Done {
    Pairs filters;
    if (!wish->credential.empty()) {
      auto id = credential_id(program, wish->credential);
      if (!id) return fail(std::move(id.error()));
      filters.emplace_back("credential", *id);
    }
    if (!wish->connection.empty()) filters.emplace_back("connection", wish->connection);
    auto page = read_page(program, "/v1/endpoints", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page,
               {{"ID", "id"},
                {"INTEGRATION", "integration"},
                {"CREDENTIAL", "credential"},
                {"CONNECTION", "connection"},
                {"ENABLED", "is_enabled"}});
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--credential", wish->credential, "of this credential, by id or name");
  command.add_option("--connection", wish->connection, "of this connection");
}

void add_show(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one endpoint: its URLs, and what it still needs", [&program, id]() -> Done {
    auto reply = program.call({.path = path_to("endpoints", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("ID", *id, "the endpoint")->required();
}

void add_create(CLI::App& group, Program& program) {
  struct Wish {
    std::string credential;
    std::string connection;
    EndpointWish members;
  };
  auto wish = std::make_shared<Wish>();
  auto& command =
      add_command(group, program, "create", "one more endpoint of a credential, or one of a connection", [&program, wish]() -> Done {
        auto body = members_of(wish->members, program.environment());
        if (!body) return fail(std::move(body.error()));
        auto id = credential_id(program, wish->credential);
        if (!id) return fail(std::move(id.error()));
        body->set("credential", json::value(*id), "CREDENTIAL");
        body->set_text("connection", wish->connection, "--connection");
        auto reply = body->send(program, "POST", "/v1/endpoints");
        if (!reply) return fail(std::move(reply.error()));
        print_urls(program, reply->body, "made endpoint");
        return kOk;
      });
  command.add_option("CREDENTIAL", wish->credential, "its id or name")->required();
  command.add_option("--connection", wish->connection, "the one connection that its events belong to");
  add_members(command, wish->members);
}

void add_update(CLI::App& group, Program& program) {
  struct Wish {
    std::string id;
    EndpointWish members;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "update", "change secrets, parameters and other members", [&program, wish]() -> Done {
    auto body = members_of(wish->members, program.environment());
    if (!body) return fail(std::move(body.error()));
    if (body->document.empty()) return fail(kUsage, "there is nothing to change", "see valetkey endpoints update --help");
    auto reply = body->send(program, "PATCH", path_to("endpoints", wish->id));
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("changed endpoint {}", text_of(reply->body, "id")));
    tell_warnings(program, reply->body);
    return kOk;
  });
  command.add_option("ID", wish->id, "the endpoint")->required();
  add_members(command, wish->members);
}

void add_delete(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "delete", "delete an endpoint: what is sent to its URL is refused", [&program, id]() -> Done {
    if (auto agreed = ask_before(program, fmt::format("delete endpoint {}?", *id)); !agreed) return fail(std::move(agreed.error()));
    auto reply = program.call({.method = "DELETE", .path = path_to("endpoints", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, json::object{{"id", *id}, {"deleted", true}}, fmt::format("deleted endpoint {}", *id));
    return kOk;
  });
  command.add_option("ID", *id, "the endpoint")->required();
}

void add_rotate_key(CLI::App& group, Program& program) {
  struct Wish {
    std::string id;
    std::optional<int> retire_after;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "rotate-key", "new URLs; the old ones go on working for a while", [&program, wish]() -> Done {
    Body body;
    if (wish->retire_after) body.set("retire_after", *wish->retire_after, "--retire-after");
    auto reply = body.send(program, "POST", path_to("endpoints", wish->id, "rotate-key"));
    if (!reply) return fail(std::move(reply.error()));
    print_urls(program, reply->body, "new key of endpoint");
    return kOk;
  });
  command.add_option("ID", wish->id, "the endpoint")->required();
  command.add_option("--retire-after", wish->retire_after, "seconds for which the old URLs go on working");
}

void add_rejected(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "rejected", "what was refused lately, and why", [&program, id]() -> Done {
    auto reply = program.call({.path = path_to("endpoints", *id, "rejected")});
    if (!reply) return fail(std::move(reply.error()));
    if (program.common.is_json) print_document(program, reply->body);
    else
      print_page(program, json::object{{"data", reply->body.as_object().at("data")}, {"next", nullptr}},
                 {{"AT", "at"}, {"REASON", "reason"}, {"METHOD", "method"}, {"SOURCE", "source"}}, "at");
    return kOk;
  });
  command.add_option("ID", *id, "the endpoint")->required();
}

}  // namespace

void add_endpoints(CLI::App& app, Program& program) {
  auto& group = add_group(app, "endpoints", "where applications send webhooks and actions");
  add_list(group, program);
  add_show(group, program);
  add_create(group, program);
  add_update(group, program);
  add_delete(group, program);
  add_rotate_key(group, program);
  add_rejected(group, program);
}

}  // namespace valetkey::cli
