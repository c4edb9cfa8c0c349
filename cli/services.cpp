#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"
#include "cli/service_body.hpp"
#include "cli/services.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

/// A service of one's own, by id or name.
Outcome<Reply> find_service(Program& program, const std::string& text) {
  if (text.starts_with("serv_")) return program.call({.path = path_to("services", text)});
  auto page = read_page(program, "/v1/services", {}, {.is_all = true});
  if (!page) return fail(std::move(page.error()));
  for (const auto& service : page->as_object().at("data").as_array())
    if (text_of(service, "name") == text) return program.call({.path = path_to("services", text_of(service, "id"))});
  return fail(kNotFound, fmt::format("there is no service named {}", text),
              "`valetkey services list` shows your own, `valetkey presets list` those that ship");
}

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string implementation;
    std::string kind;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "your own services", [&program, wish]() -> Done {
    Pairs filters;
    if (!wish->implementation.empty()) filters.emplace_back("implementation", wish->implementation);
    if (!wish->kind.empty()) filters.emplace_back("kind", wish->kind);
    auto page = read_page(program, "/v1/services", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page,
               {{"ID", "id"}, {"NAME", "name"}, {"IMPLEMENTATION", "implementation"}, {"VERSION", "version"}, {"KINDS", "kinds"}});
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--implementation", wish->implementation, "declarative, script or http");
  command.add_option("--kind", wish->kind, "that can be used as this");
}

void add_show(CLI::App& group, Program& program) {
  struct Wish {
    std::string service;
    int version = 0;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "show", "one service and what it does", [&program, wish]() -> Done {
    auto reply = find_service(program, wish->service);
    if (reply && wish->version > 0)
      reply = program.call({.path = path_to("services", text_of(reply->body, "id"), fmt::format("versions/{}", wish->version))});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("SERVICE", wish->service, "its id or name")->required();
  command.add_option("--version", wish->version, "as it was in this version");
}

void add_create(CLI::App& group, Program& program) {
  auto wish = std::make_shared<ServiceWish>();
  auto& command = add_command(group, program, "create", "make a service from a document, a script or a URL", [&program, wish]() -> Done {
    auto body = service_body(*wish, true);
    if (!body) return fail(std::move(body.error()));
    auto reply = body->send(program, "POST", "/v1/services");
    if (!reply) return fail(std::move(reply.error()));
    auto said = fmt::format("made service {} ({})", text_of(reply->body, "id"), cell_at(reply->body, "kinds"));
    if (const auto secret = text_of(reply->body, "signing_secret"); !secret.empty())
      said += fmt::format("\nsigning secret, shown once  {}", secret);
    print_done(program, reply->body, said);
    return kOk;
  });
  add_service_options(command, *wish);
}

void add_update(CLI::App& group, Program& program) {
  struct Wish {
    std::string service;
    std::optional<int> version;
    ServiceWish members;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "update", "change a service: what it does becomes a new version", [&program, wish]() -> Done {
    auto body = service_body(wish->members, false);
    if (!body) return fail(std::move(body.error()));
    if (wish->version) body->set("version", *wish->version, "--version");
    if (body->document.empty()) return fail(kUsage, "there is nothing to change", "see valetkey services update --help");
    auto before = find_service(program, wish->service);
    if (!before) return fail(std::move(before.error()));
    auto reply = body->send(program, "PATCH", path_to("services", text_of(before->body, "id")), before->etag);
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body,
               fmt::format("changed service {}, version {}", text_of(reply->body, "id"), cell_at(reply->body, "version")));
    return kOk;
  });
  command.add_option("SERVICE", wish->service, "its id or name")->required();
  command.add_option("--version", wish->version, "back to what this version did");
  add_service_options(command, wish->members);
}

void add_delete(CLI::App& group, Program& program) {
  auto service = std::make_shared<std::string>();
  auto& command = add_command(group, program, "delete", "delete a service that no credential names", [&program, service]() -> Done {
    auto found = find_service(program, *service);
    if (!found) return fail(std::move(found.error()));
    const auto id = text_of(found->body, "id");
    if (auto agreed = ask_before(program, fmt::format("delete service {}?", id)); !agreed) return fail(std::move(agreed.error()));
    auto reply = program.call({.method = "DELETE", .path = path_to("services", id)});
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, json::object{{"id", id}, {"deleted", true}}, fmt::format("deleted service {}", id));
    return kOk;
  });
  command.add_option("SERVICE", *service, "its id or name")->required();
}

void add_versions(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string service;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "versions", "what a service did before, newest first", [&program, wish]() -> Done {
    auto found = find_service(program, wish->service);
    if (!found) return fail(std::move(found.error()));
    auto page = read_page(program, path_to("services", text_of(found->body, "id"), "versions"), {}, wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page,
               {{"VERSION", "number"}, {"CURRENT", "current"}, {"CREATED AT", "created_at"}, {"BY", "created_by"}, {"KINDS", "kinds"}},
               "number");
    return kOk;
  });
  command.add_option("SERVICE", wish->service, "its id or name")->required();
  add_paging(command, wish->page);
}

}  // namespace

void add_services(CLI::App& app, Program& program) {
  auto& group = add_group(app, "services", "config services: how webhooks are verified and read, tokens checked");
  add_list(group, program);
  add_show(group, program);
  add_create(group, program);
  add_update(group, program);
  add_delete(group, program);
  add_versions(group, program);
  add_try(group, program);
}

}  // namespace valetkey::cli
