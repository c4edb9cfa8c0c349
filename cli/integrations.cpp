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

struct DocumentWish {
  std::string slug;
  std::string file;
  std::vector<std::string> assignments;
};

Outcome<Body> document_of(const DocumentWish& wish) {
  auto body = read_body(wish.file);
  if (!body) return body;
  if (auto set = body->set_any(wish.assignments); !set) return fail(std::move(set.error()));
  return body;
}

void add_document_options(CLI::App& command, DocumentWish& wish) {
  command.add_option("-f,--file", wish.file, "YAML or JSON file with the members, - for standard input");
  command.add_option("--set", wish.assignments, "name=value of any member, the value as in YAML")->allow_extra_args(false);
}

void add_list(CLI::App& group, Program& program) {
  auto wish = std::make_shared<PageWish>();
  auto& command = add_command(group, program, "list", "the catalogue, and your own", [&program, wish]() -> Done {
    auto page = read_page(program, "/v1/integrations", {}, *wish);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page, {{"SLUG", "slug"}, {"NAME", "name"}, {"OWN", "custom"}, {"GRANT TYPES", "grant_types"}}, "slug");
    return kOk;
  });
  add_paging(command, *wish);
}

void add_show(CLI::App& group, Program& program) {
  auto slug = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one integration", [&program, slug]() -> Done {
    auto reply = program.call({.path = path_to("integrations", *slug)});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body, "slug");
    return kOk;
  });
  command.add_option("SLUG", *slug, "the integration")->required();
}

void add_create(CLI::App& group, Program& program) {
  auto wish = std::make_shared<DocumentWish>();
  auto& command = add_command(group, program, "create", "make an integration of your own", [&program, wish]() -> Done {
    auto body = document_of(*wish);
    if (!body) return fail(std::move(body.error()));
    auto reply = body->send(program, "POST", "/v1/integrations");
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("made integration {}", text_of(reply->body, "slug")), "slug");
    return kOk;
  });
  add_document_options(command, *wish);
}

void add_update(CLI::App& group, Program& program) {
  auto wish = std::make_shared<DocumentWish>();
  auto& command = add_command(group, program, "update", "change members of one of your own", [&program, wish]() -> Done {
    auto body = document_of(*wish);
    if (!body) return fail(std::move(body.error()));
    if (body->document.empty()) return fail(kUsage, "there is nothing to change", "see valetkey integrations update --help");
    auto reply = body->send(program, "PATCH", path_to("integrations", wish->slug));
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("changed integration {}", wish->slug), "slug");
    return kOk;
  });
  command.add_option("SLUG", wish->slug, "the integration")->required();
  add_document_options(command, *wish);
}

void add_delete(CLI::App& group, Program& program) {
  auto slug = std::make_shared<std::string>();
  auto& command = add_command(group, program, "delete", "delete one of your own", [&program, slug]() -> Done {
    if (auto agreed = ask_before(program, fmt::format("delete integration {}?", *slug)); !agreed) return fail(std::move(agreed.error()));
    auto reply = program.call({.method = "DELETE", .path = path_to("integrations", *slug)});
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, boost::json::object{{"slug", *slug}, {"deleted", true}}, fmt::format("deleted integration {}", *slug), "slug");
    return kOk;
  });
  command.add_option("SLUG", *slug, "the integration")->required();
}

/// Known before the credential exists, so that it can be registered at the provider first.
void add_reserve_callback(CLI::App& group, Program& program) {
  auto slug = std::make_shared<std::string>();
  auto& command =
      add_command(group, program, "reserve-callback", "a redirect URI to register at the provider first", [&program, slug]() -> Done {
        Body body;
        body.set("integration", boost::json::value(*slug), "SLUG");
        auto reply = body.send(program, "POST", "/v1/callback-keys");
        if (!reply) return fail(std::move(reply.error()));
        print_done(program, reply->body, text_of(reply->body, "redirect_uri"), "redirect_uri");
        return kOk;
      });
  command.add_option("SLUG", *slug, "the integration")->required();
}

}  // namespace

void add_integrations(CLI::App& app, Program& program) {
  auto& group = add_group(app, "integrations", "third-party applications");
  add_list(group, program);
  add_show(group, program);
  add_create(group, program);
  add_update(group, program);
  add_delete(group, program);
  add_reserve_callback(group, program);
}

}  // namespace valetkey::cli
