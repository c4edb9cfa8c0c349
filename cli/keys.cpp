#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/body.hpp"
#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/profiles.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string tenant;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "the keys, without their text", [&program, wish]() -> Done {
    Pairs filters;
    if (!wish->tenant.empty()) filters.emplace_back("tenant", wish->tenant);
    auto page = read_page(program, "/v1/keys", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page, {{"ID", "id"}, {"NAME", "name"}, {"ROLE", "role"}, {"EXPIRES AT", "expires_at"}, {"SCOPES", "scopes"}});
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--tenant", wish->tenant, "of this tenant (installation keys)");
}

struct KeyWish {
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> credentials;
  std::vector<std::string> connections;
  std::string expires_at;
  std::string tenant;
  std::string role;
  std::string profile;
};

Outcome<Body> body_of(Program& program, const KeyWish& wish) {
  Body body;
  body.set_text("name", wish.name, "--name");
  body.set_list("scopes", wish.scopes, "--scope");
  body.set_text("expires_at", wish.expires_at, "--expires-at");
  body.set_text("tenant", wish.tenant, "--tenant");
  body.set_text("role", wish.role, "--role");
  json::object limits;
  json::array credentials;
  for (const auto& each : wish.credentials) {
    auto id = credential_id(program, each);
    if (!id) return fail(std::move(id.error()));
    credentials.emplace_back(*id);
  }
  if (!credentials.empty()) limits["credentials"] = std::move(credentials);
  if (!wish.connections.empty()) limits["connections"] = json::array(wish.connections.begin(), wish.connections.end());
  if (!limits.empty()) body.set("limits", std::move(limits), "--limit-to-credential, --limit-to-connection");
  return body;
}

/// The key is shown once, or goes into a profile and is not shown at all.
Done print_key(Program& program, const KeyWish& wish, json::value key) {
  const auto id = text_of(key, "id");
  if (wish.profile.empty()) {
    print_done(program, key, fmt::format("made key {}, shown this once:\n{}", id, text_of(key, "key")));
    return kOk;
  }
  auto client = program.api();
  if (!client) return fail(std::move(client.error()));
  const auto& origin = (*client)->origin();
  const Profile profile{.url = origin.url, .key = model::Secret(text_of(key, "key")), .ca_file = origin.ca_file};
  auto saved = save_profile(program, wish.profile, profile);
  if (!saved) {
    // Nobody else has it: lost, it would stay valid without an owner.
    (void)program.call({.method = "DELETE", .path = path_to("keys", id)});
    return fail(std::move(saved.error()));
  }
  key.as_object().erase("key");
  print_done(program, key, fmt::format("made key {}, kept in profile {}", id, wish.profile));
  return kOk;
}

void add_create(CLI::App& group, Program& program) {
  auto wish = std::make_shared<KeyWish>();
  auto& command = add_command(group, program, "create", "make a key, within the scopes of your own", [&program, wish]() -> Done {
    if (!wish->profile.empty() && !is_profile_name(wish->profile)) return fail(kUsage, "--save-profile: this is no name of a profile");
    auto body = body_of(program, *wish);
    if (!body) return fail(std::move(body.error()));
    auto reply = body->send(program, "POST", "/v1/keys");
    if (!reply) return fail(std::move(reply.error()));
    return print_key(program, *wish, std::move(reply->body));
  });
  command.add_option("--name", wish->name, "what it is called in lists")->required();
  command.add_option("--scope", wish->scopes, "one scope, or '*' for all of your own; once for each")->allow_extra_args(false);
  command.add_option("--limit-to-credential", wish->credentials, "of this credential alone; once for each")->allow_extra_args(false);
  command.add_option("--limit-to-connection", wish->connections, "of this connection alone; once for each")->allow_extra_args(false);
  command.add_option("--expires-at", wish->expires_at, "an RFC 3339 time such as 2027-01-02T03:04:05Z");
  command.add_option("--tenant", wish->tenant, "of this tenant (installation keys)");
  command.add_option("--role", wish->role, "tenant, or installation");
  command.add_option("--save-profile", wish->profile, "keep the key in this profile instead of showing it");
}

void add_delete(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "delete", "end a key, everywhere within 2 s", [&program, id]() -> Done {
    if (auto agreed = ask_before(program, fmt::format("delete key {}?", *id)); !agreed) return fail(std::move(agreed.error()));
    auto reply = program.call({.method = "DELETE", .path = path_to("keys", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_done(program, json::object{{"id", *id}, {"deleted", true}}, fmt::format("deleted key {}", *id));
    return kOk;
  });
  command.add_option("ID", *id, "the key, key_...")->required();
}

}  // namespace

void add_keys(CLI::App& app, Program& program) {
  auto& group = add_group(app, "keys", "API keys");
  add_list(group, program);
  add_create(group, program);
  add_delete(group, program);
}

}  // namespace valetkey::cli
