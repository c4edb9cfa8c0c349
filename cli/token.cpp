#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/places.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

struct TokenWish {
  std::string id;
  std::string min_ttl;
  std::string audience;
};

/// The token alone and a line end, for `$(valetkey token ID)`.
Done print_token(Program& program, const TokenWish& wish) {
  Call call{.path = path_to("connections", wish.id, "token")};
  if (!wish.min_ttl.empty()) call.query.emplace_back("min_ttl", wish.min_ttl);
  if (!wish.audience.empty()) call.query.emplace_back("audience", wish.audience);
  auto reply = program.call(call);
  if (!reply) {
    Places places;
    places.add("/min_ttl", "--min-ttl");
    places.add("/audience", "--audience");
    places.explain(reply.error());
    return fail(std::move(reply.error()));
  }
  if (program.common.is_json) {
    fmt::print("{}\n", pretty(reply->body));
    return kOk;
  }
  fmt::print("{}\n", text_of(reply->body, "access_token"));
  tell_warnings(program, reply->body);
  return kOk;
}

}  // namespace

void add_token(CLI::App& app, Program& program) {
  auto wish = std::make_shared<TokenWish>();
  auto& command = add_command(app, program, "token", "print a fresh access token, and nothing else",
                              [&program, wish] { return print_token(program, *wish); });
  command.add_option("ID", wish->id, "the connection")->required();
  command.add_option("--min-ttl", wish->min_ttl, "seconds that it must live");
  command.add_option("--audience", wish->audience, "for this audience");
}

}  // namespace valetkey::cli
