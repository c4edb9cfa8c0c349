#include "cli/connection_body.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/files.hpp"
#include "cli/find.hpp"
#include "cli/terminal.hpp"

namespace valetkey::cli {
namespace {

Outcome<void> set_password(Body& body, const ConnectionWish& wish) {
  if (wish.username.empty()) return {};
  auto password = wish.is_password_stdin ? read_secret("-") : typed_secret("password of " + wish.username, "give it with --password-stdin");
  if (!password) return fail(std::move(password.error()));
  body.set("username", boost::json::value(wish.username), "--username");
  body.set("password", boost::json::value(password->reveal()), "--password-stdin");
  return {};
}

}  // namespace

void add_end_user_options(CLI::App& command, ConnectionWish& wish) {
  command.add_option("--end-user", wish.end_user, "your own id of the user");
  command.add_option("--end-user-name", wish.end_user_name, "a name to show");
  command.add_option("--end-user-email", wish.end_user_email, "an address to show");
}

void add_connection_options(CLI::App& command, ConnectionWish& wish) {
  add_end_user_options(command, wish);
  command.add_option("-f,--file", wish.file, "YAML or JSON file with the members, for tokens that are held elsewhere (`import`)");
  auto* username = command.add_option("--username", wish.username, "for the grant password; the password is asked for");
  command.add_flag("--password-stdin", wish.is_password_stdin, "read the password from standard input")->needs(username);
  command.add_option("--audience", wish.audience, "of the token");
  command.add_option("--scope", wish.scopes, "one scope; once for each")->allow_extra_args(false);
  command.add_option("--field", wish.fields, "name=value of a placeholder that the end user fills")->allow_extra_args(false);
  command.add_option("--metadata", wish.metadata, "name=value of your own")->allow_extra_args(false);
  refuse_secret(command, "--password", "--password-stdin");
}

void set_end_user(Body& body, const ConnectionWish& wish) {
  if (wish.end_user.empty()) return;
  boost::json::object user{{"id", wish.end_user}};
  if (!wish.end_user_name.empty()) user["display_name"] = wish.end_user_name;
  if (!wish.end_user_email.empty()) user["email"] = wish.end_user_email;
  body.set("end_user", std::move(user), "--end-user");
}

Outcome<Body> connection_body(Program& program, const ConnectionWish& wish) {
  auto body = read_body(wish.file);
  if (!body) return body;
  auto id = credential_id(program, wish.credential);
  if (!id) return fail(std::move(id.error()));
  body->set("credential", boost::json::value(*id), "CREDENTIAL");
  set_end_user(*body, wish);
  body->set_text("audience", wish.audience, "--audience");
  body->set_list("scopes", wish.scopes, "--scope");
  if (auto set = body->set_pairs("fields", wish.fields, "--field"); !set) return fail(std::move(set.error()));
  if (auto set = body->set_pairs("metadata", wish.metadata, "--metadata"); !set) return fail(std::move(set.error()));
  if (auto set = set_password(*body, wish); !set) return fail(std::move(set.error()));
  return body;
}

}  // namespace valetkey::cli
