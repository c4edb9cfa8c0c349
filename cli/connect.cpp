#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>

#include "cli/browser.hpp"
#include "cli/commands.hpp"
#include "cli/connection_body.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/loopback.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/text.hpp"
#include "model/url.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

constexpr int kPatience = 600;  ///< seconds; as long as a link lives

struct ConnectWish {
  ConnectionWish connection;
  std::string renews;
  bool has_no_browser = false;
  int seconds = kPatience;
};

/// The credential's return URL that leads to this machine.
Outcome<model::Url> loopback_url(const json::value& credential) {
  for (const auto& each : credential.as_object().at("return_urls").as_array()) {
    auto url = model::parse_url(each.as_string());
    if (url && url->scheme == "http" && (url->host == "127.0.0.1" || url->host == "[::1]")) return std::move(*url);
  }
  return fail(kUsage, fmt::format("credential {} has no return URL at 127.0.0.1 to come back to", text_of(credential, "id")),
              fmt::format("valetkey credentials update {} --add-return-url http://127.0.0.1/connected", text_of(credential, "id")));
}

/// Told by the end of the link's way: the member `error` of the return URL.
Failure not_connected(const std::string& error) {
  const bool is_denied = error == "access_denied";
  return {.status = kEndUser,
          .message = is_denied ? "the end user did not allow it" : fmt::format("no account was connected: {}", printable(error)),
          .hint = is_denied ? "" : "the broker's log says more; `valetkey credentials test` tries the credential",
          .code = error};
}

std::string value_in(const Loopback::Query& query, std::string_view name) {
  for (const auto& [each, value] : query)
    if (each == name) return value;
  return {};
}

/// The connection that the visit made: confirmed with its code, or, with `completion: immediate`, read.
Outcome<Reply> finish(Program& program, const std::string& session, const Loopback::Query& query) {
  if (value_in(query, "status") != "success") return fail(not_connected(value_in(query, "error")));
  if (const auto code = value_in(query, "code"); !code.empty()) {
    Call confirm{.method = "POST", .path = path_to("connect-sessions", session, "confirm")};
    confirm.body = json::object{{"code", code}};
    return program.call(confirm);
  }
  auto ended = program.call({.path = path_to("connect-sessions", session)});
  if (!ended) return ended;
  return program.call({.path = path_to("connections", text_of(ended->body, "connection"))});
}

void invite(const Program& program, const ConnectWish& wish, const std::string& link) {
  fmt::print(stderr, "open this link in a browser on this machine:\n  {}\n", link);
  if (!wish.has_no_browser && !open_in_browser(link, program.environment())) fmt::print(stderr, "no browser could be started here\n");
  fmt::print(stderr, "waiting for it to come back, at most {} s; Ctrl-C ends that\n", wish.seconds);
}

Done connect_in_browser(Program& program, const ConnectWish& wish, const json::value& credential) {
  if (wish.connection.end_user.empty()) return fail(kUsage, "--end-user is required: your own id of the user");
  const auto& direct = wish.connection;
  if (!direct.fields.empty()) return fail(kUsage, "--field: with this grant the end user fills it in, on the page that the link opens");
  if (!direct.file.empty() || !direct.username.empty() || !direct.audience.empty() || !direct.metadata.empty())
    return fail(kUsage, "--file, --username, --audience and --metadata are for grants without a browser");
  auto url = loopback_url(credential);
  if (!url) return fail(std::move(url.error()));
  auto loopback = Loopback::listen(std::string(model::bare_host(*url)), url->explicit_port ? url->port : 0);
  if (!loopback) return fail(std::move(loopback.error()));
  url->port = loopback->port();
  Body body;
  body.set("credential", credential.as_object().at("id"), "CREDENTIAL");
  set_end_user(body, wish.connection);
  body.set_text("connection", wish.renews, "--connection");
  body.set_list("scopes", wish.connection.scopes, "--scope");
  body.set("return_url", json::value(model::to_string(*url)), "the return URL");
  auto session = body.send(program, "POST", "/v1/connect-sessions");
  if (!session) return fail(std::move(session.error()));
  const auto id = text_of(session->body, "id");
  invite(program, wish, text_of(session->body, "connect_url"));
  auto visit = loopback->wait(url->path, id, wish.seconds);
  if (!visit) return fail(std::move(visit.error()));
  auto connection = finish(program, id, *visit);
  if (connection) loopback->answer("Connected", "The account is connected. You can close this window.");
  else loopback->answer("Not connected", "No account was connected; the terminal says why. You can close this window.");
  if (!connection) return fail(std::move(connection.error()));
  print_done(program, connection->body,
             fmt::format("connected {} as {}", cell_at(connection->body, "account"), text_of(connection->body, "id")));
  return kOk;
}

/// Grants that need no browser.
Done connect_directly(Program& program, const ConnectWish& wish) {
  auto body = connection_body(program, wish.connection);
  if (!body) return fail(std::move(body.error()));
  auto reply = body->send(program, "POST", "/v1/connections");
  if (!reply) return fail(std::move(reply.error()));
  print_done(program, reply->body, fmt::format("connected {} as {}", cell_at(reply->body, "account"), text_of(reply->body, "id")));
  return kOk;
}

Done connect(Program& program, const ConnectWish& wish) {
  auto credential = find_credential(program, wish.connection.credential);
  if (!credential) return fail(std::move(credential.error()));
  if (text_of(credential->body, "grant_type") == "authorization_code") return connect_in_browser(program, wish, credential->body);
  return connect_directly(program, wish);
}

}  // namespace

void add_connect(CLI::App& app, Program& program) {
  auto wish = std::make_shared<ConnectWish>();
  auto& command = add_command(app, program, "connect", "connect an account: in a browser, or directly where the grant needs none",
                              [&program, wish] { return connect(program, *wish); });
  command.add_option("CREDENTIAL", wish->connection.credential, "its id or name")->required();
  add_connection_options(command, wish->connection);
  command.add_option("--connection", wish->renews, "renew this connection");
  command.add_flag("--no-browser", wish->has_no_browser, "print the link only");
  command.add_option("--timeout", wish->seconds, "seconds to wait for the browser")->check(CLI::Range(1, 3600));
}

}  // namespace valetkey::cli
