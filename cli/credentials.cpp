#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/credential_body.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string integration;
    std::string grant_type;
    std::string name;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "the credentials", [&program, wish]() -> Done {
    Pairs filters;
    if (!wish->integration.empty()) filters.emplace_back("integration", wish->integration);
    if (!wish->grant_type.empty()) filters.emplace_back("grant_type", wish->grant_type);
    if (!wish->name.empty()) filters.emplace_back("name", wish->name);
    auto page = read_page(program, "/v1/credentials", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page,
               {{"ID", "id"}, {"NAME", "name"}, {"INTEGRATION", "integration"}, {"GRANT TYPE", "grant_type"}, {"CLIENT ID", "client_id"}});
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--integration", wish->integration, "of this integration");
  command.add_option("--grant-type", wish->grant_type, "with this grant");
  command.add_option("--name", wish->name, "whose name begins so");
}

void add_show(CLI::App& group, Program& program) {
  auto credential = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one credential", [&program, credential]() -> Done {
    auto reply = find_credential(program, *credential);
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("CREDENTIAL", *credential, "its id or name")->required();
}

/// What has to be known to register the client at the provider.
void print_made(const Program& program, const json::value& credential) {
  print_done(program, credential,
             fmt::format("made credential {}\nredirect URI  {}", text_of(credential, "id"), text_of(credential, "redirect_uri")));
  tell_warnings(program, credential);
}

void add_create(CLI::App& group, Program& program) {
  auto wish = std::make_shared<CredentialWish>();
  auto& command = add_command(group, program, "create", "register an OAuth client", [&program, wish]() -> Done {
    auto body = credential_body(*wish, program.environment());
    if (!body) return fail(std::move(body.error()));
    if (!body->document.contains("authentication_type")) body->set("authentication_type", "oauth2", "");
    auto reply = body->send(program, "POST", "/v1/credentials");
    if (!reply) return fail(std::move(reply.error()));
    print_made(program, reply->body);
    return kOk;
  });
  add_credential_options(command, *wish);
}

/// --add-return-url needs the list that is there.
Outcome<void> add_return_urls(const std::vector<std::string>& more, const json::value& credential, Body& body) {
  if (more.empty()) return {};
  auto urls = credential.as_object().at("return_urls").as_array();
  for (const auto& url : more)
    if (std::ranges::find(urls, json::value(url)) == urls.end()) urls.emplace_back(url);
  body.set("return_urls", std::move(urls), "--add-return-url");
  return {};
}

void add_update(CLI::App& group, Program& program) {
  struct Wish {
    std::string credential;
    std::vector<std::string> more_return_urls;
    CredentialWish members;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "update", "change members of a credential", [&program, wish]() -> Done {
    auto body = credential_body(wish->members, program.environment());
    if (!body) return fail(std::move(body.error()));
    auto before = find_credential(program, wish->credential);
    if (!before) return fail(std::move(before.error()));
    if (auto added = add_return_urls(wish->more_return_urls, before->body, *body); !added) return fail(std::move(added.error()));
    if (body->document.empty()) return fail(kUsage, "there is nothing to change", "see valetkey credentials update --help");
    auto reply = body->send(program, "PATCH", path_to("credentials", text_of(before->body, "id")), before->etag);
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("changed credential {}", text_of(reply->body, "id")));
    tell_warnings(program, reply->body);
    return kOk;
  });
  command.add_option("CREDENTIAL", wish->credential, "its id or name")->required();
  command.add_option("--add-return-url", wish->more_return_urls, "one more return URL")->allow_extra_args(false);
  add_credential_options(command, wish->members);
}

void add_delete(CLI::App& group, Program& program) {
  struct Wish {
    std::string credential;
    bool is_cascade = false;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "delete", "delete a credential", [&program, wish]() -> Done {
    auto id = credential_id(program, wish->credential);
    if (!id) return fail(std::move(id.error()));
    const auto question = fmt::format("delete credential {}{}?", *id, wish->is_cascade ? " and revoke all of its connections" : "");
    if (auto agreed = ask_before(program, question); !agreed) return fail(std::move(agreed.error()));
    Call call{.method = "DELETE", .path = path_to("credentials", *id)};
    if (wish->is_cascade) call.query.emplace_back("cascade", "true");
    auto reply = program.call(call);
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("deleted credential {}", *id));
    return kOk;
  });
  command.add_option("CREDENTIAL", wish->credential, "its id or name")->required();
  command.add_flag("--cascade", wish->is_cascade, "its connections too, each revoked where the provider can");
}

/// 0 only where no check failed.
void add_test(CLI::App& group, Program& program) {
  auto credential = std::make_shared<std::string>();
  auto& command = add_command(group, program, "test", "try a credential at its provider", [&program, credential]() -> Done {
    auto id = credential_id(program, *credential);
    if (!id) return fail(std::move(id.error()));
    auto reply = program.call({.method = "POST", .path = path_to("credentials", *id, "test")});
    if (!reply) return fail(std::move(reply.error()));
    json::value page = json::object{{"data", reply->body.as_object().at("checks")}, {"next", nullptr}};
    if (program.common.is_json) print_document(program, reply->body);
    else print_page(program, page, {{"CHECK", "name"}, {"OUTCOME", "outcome"}, {"DETAIL", "detail"}}, "name");
    for (const auto& check : page.as_object().at("data").as_array())
      if (text_of(check, "outcome") == "failed") return fail(kOperator, fmt::format("test {}: {} failed", *id, text_of(check, "name")));
    return kOk;
  });
  command.add_option("CREDENTIAL", *credential, "its id or name")->required();
}

void add_rotate_secret(CLI::App& group, Program& program) {
  struct Wish {
    std::string credential;
    SecretSource secret;
    std::optional<int> window;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "rotate-secret", "put a new client secret in force", [&program, wish]() -> Done {
    auto id = credential_id(program, wish->credential);
    if (!id) return fail(std::move(id.error()));
    auto secret = wish->secret.read_or_ask();
    if (!secret) return fail(std::move(secret.error()));
    Body body;
    body.set("client_secret", json::value(secret->reveal()), wish->secret.where());
    if (wish->window) body.set("window_seconds", *wish->window, "--window");
    auto reply = body.send(program, "POST", path_to("credentials", *id, "rotate-secret"));
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("credential {} has a new client secret", *id));
    return kOk;
  });
  command.add_option("CREDENTIAL", wish->credential, "its id or name")->required();
  command.add_option("--window", wish->window, "seconds for which the old one is kept");
  add_secret_options(command, wish->secret);
}

}  // namespace

void add_credentials(CLI::App& app, Program& program) {
  auto& group = add_group(app, "credentials", "OAuth clients registered at integrations");
  add_list(group, program);
  add_show(group, program);
  add_create(group, program);
  add_update(group, program);
  add_delete(group, program);
  add_test(group, program);
  add_rotate_secret(group, program);
}

}  // namespace valetkey::cli
