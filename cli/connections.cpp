#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/connection_body.hpp"
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
    std::string credential;
    std::string end_user;
    std::string state;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "the connections", [&program, wish]() -> Done {
    Pairs filters;
    if (!wish->credential.empty()) {
      auto id = credential_id(program, wish->credential);
      if (!id) return fail(std::move(id.error()));
      filters.emplace_back("credential", *id);
    }
    if (!wish->end_user.empty()) filters.emplace_back("end_user", wish->end_user);
    if (!wish->state.empty()) filters.emplace_back("state", wish->state);
    auto page = read_page(program, "/v1/connections", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page,
               {{"ID", "id"}, {"END USER", "end_user.id"}, {"ACCOUNT", "account"}, {"STATE", "state"}, {"CREDENTIAL", "credential"}});
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--credential", wish->credential, "of this credential, by id or name");
  command.add_option("--end-user", wish->end_user, "of this end user");
  command.add_option("--state", wish->state, "awaiting_confirmation, active, needs_reconnect, held or revoked");
}

void add_show(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one connection and its grant", [&program, id]() -> Done {
    auto reply = program.call({.path = path_to("connections", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("ID", *id, "the connection")->required();
}

void add_create(CLI::App& group, Program& program) {
  auto wish = std::make_shared<ConnectionWish>();
  auto& command = add_command(
      group, program, "create", "connect without a browser: password, client credentials, or tokens held elsewhere",
      [&program, wish]() -> Done {
        auto body = connection_body(program, *wish);
        if (!body) return fail(std::move(body.error()));
        auto reply = body->send(program, "POST", "/v1/connections");
        if (!reply) return fail(std::move(reply.error()));
        print_done(program, reply->body, fmt::format("made connection {} ({})", text_of(reply->body, "id"), text_of(reply->body, "state")));
        return kOk;
      });
  command.add_option("CREDENTIAL", wish->credential, "its id or name")->required();
  add_connection_options(command, *wish);
}

void add_delete(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "delete", "delete a connection, revoked where the provider can", [&program, id]() -> Done {
    if (auto agreed = ask_before(program, fmt::format("delete connection {}?", *id)); !agreed) return fail(std::move(agreed.error()));
    auto reply = program.call({.method = "DELETE", .path = path_to("connections", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, reply->body, fmt::format("deleted connection {}, revocation: {}", *id, cell_at(reply->body, "revocation.outcome")));
    return kOk;
  });
  command.add_option("ID", *id, "the connection")->required();
}

/// A forced refresh names the generation that was found bad (S24): given, or the one that is in force now.
Outcome<std::int64_t> rejected_generation(Program& program, const std::string& id, std::optional<std::int64_t> given) {
  if (given) return *given;
  auto reply = program.call({.path = path_to("connections", id)});
  if (!reply) return fail(std::move(reply.error()));
  const auto* grant = reply->body.as_object().if_contains("grant");
  if (grant == nullptr || !grant->is_object()) return fail(kConflict, fmt::format("connection {} has no grant", id));
  return grant->as_object().at("generation").to_number<std::int64_t>();
}

void add_refresh(CLI::App& group, Program& program) {
  struct Wish {
    std::string id;
    std::optional<std::int64_t> generation;
    std::string audience;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "refresh", "refresh the token now", [&program, wish]() -> Done {
    auto generation = rejected_generation(program, wish->id, wish->generation);
    if (!generation) return fail(std::move(generation.error()));
    Body body;
    body.set("rejected_generation", *generation, "--rejected-generation");
    body.set_text("audience", wish->audience, "--audience");
    auto reply = body.send(program, "POST", path_to("connections", wish->id, "refresh"));
    if (!reply) return fail(std::move(reply.error()));
    reply->body.as_object().erase("access_token");
    print_done(program, reply->body,
               fmt::format("generation {}, until {}", cell_at(reply->body, "generation"), cell_at(reply->body, "expires_at")));
    tell_warnings(program, reply->body);
    return kOk;
  });
  command.add_option("ID", wish->id, "the connection")->required();
  command.add_option("--rejected-generation", wish->generation, "the generation that was found bad; without it the one in force");
  command.add_option("--audience", wish->audience, "of the token for this audience");
}

/// 0 only where the token is valid.
void add_validate(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "validate", "ask whether the token still works", [&program, id]() -> Done {
    auto reply = program.call({.method = "POST", .path = path_to("connections", *id, "validate")});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body, "outcome");
    const auto outcome = text_of(reply->body, "outcome");
    if (outcome == "invalid") return kEndUser;
    return outcome == "valid" ? kOk : kLater;
  });
  command.add_option("ID", *id, "the connection")->required();
}

}  // namespace

void add_connections(CLI::App& app, Program& program) {
  auto& group = add_group(app, "connections", "accounts that were authorised");
  add_list(group, program);
  add_show(group, program);
  add_create(group, program);
  add_delete(group, program);
  add_refresh(group, program);
  add_validate(group, program);
}

}  // namespace valetkey::cli
