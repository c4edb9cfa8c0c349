#include "http/resources/tokens.hpp"

#include <charconv>

#include "http/caller.hpp"
#include "http/problem.hpp"
#include "model/encoding.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

using model::ConnectionId;
using model::fail;

constexpr std::int64_t kLongestTtl = 86'400;

model::Result<oauth::Need> need_of_read(const Request& request) {
  oauth::Need need;
  std::vector<model::FieldError> errors;
  for (const auto& [name, value] : request.query) {
    if (name == "audience" && !value.empty() && value.size() <= 2048) need.audience = value;
    else if (name == "name" && !value.empty() && value.size() <= 64) need.name = value;
    else if (name == "min_ttl") {
      std::int64_t seconds = -1;
      const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
      if (failed != std::errc{} || end != value.data() + value.size() || seconds < 0 || seconds > kLongestTtl)
        errors.push_back({"/min_ttl", "must be a whole number of seconds from 0 to 86400"});
      else need.min_ttl = model::Seconds{seconds};
    } else {
      errors.push_back({model::pointer_to("", name), "unknown or unfit query parameter; known here: min_ttl, audience, name"});
    }
  }
  if (!errors.empty()) return fail(model::invalid_input("read a token", std::move(errors)));
  return need;
}

model::Result<oauth::Need> need_of_refresh(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  oauth::Need need;
  need.rejected_generation = reader.optional_integer("rejected_generation", 1, INT64_MAX);
  if (reader.raw("rejected_generation") == nullptr)
    errors.push_back({"/rejected_generation", "is required: the generation of the token that was rejected, as the read answered it (S24)"});
  need.audience = reader.string_or("audience", "");
  need.name = reader.string_or("name", "");
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("refresh a token", std::move(errors)));
  return need;
}

void append_strings(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const auto& text : texts) {
    if (&text != &texts.front()) out += ',';
    model::append_json_string(out, text);
  }
  out += ']';
}

/// Written member by member: a document would cost more than the rest of the read.
Response token_answer(const oauth::LiveToken& token) {
  Response response{.headers = {{"Content-Type", "application/json"}}, .holds_secret = true};
  auto& body = response.body;
  body.reserve(256 + 2 * token.access_token.size());  // grows once at most: no copy of the token is left behind
  body += R"({"access_token":)";
  model::append_json_string(body, token.access_token.reveal());
  body += R"(,"token_type":)";
  model::append_json_string(body, token.token_type);
  body += R"(,"expires_at":)";
  if (token.expires_at) model::append_json_string(body, model::to_rfc3339(*token.expires_at));
  else body += "null";
  body += R"(,"scopes":)";
  append_strings(body, token.scopes);
  body += R"(,"generation":)";
  body += std::to_string(token.generation);
  body += R"(,"warnings":)";
  append_strings(body, token.warnings);
  body += '}';
  return response;
}

Response served(const OauthWorld& world, const Request& request, const oauth::LiveToken& token) {
  world.context.metrics.count("valetkey_token_reads_total", "ok");
  world.read_counts.count(request.caller->tenant, request.caller->key, ConnectionId{request.parameter("id")});
  return token_answer(token);
}

ports::Task<Response> answer_token(OauthWorld world, const Request& request, model::Result<oauth::Need> need) {
  if (!need) co_return problem_response(need.error(), request);
  const ConnectionId id{request.parameter("id")};
  auto access = co_await world.tokens.token_for(request.caller->tenant, id, std::move(*need), permission_of(request.caller));
  if (!access) {
    world.context.metrics.count("valetkey_token_reads_total", model::facts(access.error().code).code);
    co_return problem_response(access.error(), request);
  }
  co_return served(world, request, access->token);
}

/// The hot read.
std::optional<Response> token_at_once(const OauthWorld& world, const Request& request) {
  const auto need = need_of_read(request);
  if (!need) return std::nullopt;
  const auto access =
      world.tokens.token_now(request.caller->tenant, ConnectionId{request.parameter("id")}, *need, permission_of(request.caller));
  if (!access) return std::nullopt;
  return served(world, request, access->token);
}

}  // namespace

void add_token_routes(Router& router, OauthWorld world) {
  router.add({.method = "GET",
              .path = "/v1/connections/{id}/token",
              .needs = scoped({Scope::kTokensRead}),
              .handler = [world](Request& request) { return answer_token(world, request, need_of_read(request)); },
              .at_once = [world](Request& request) { return token_at_once(world, request); }});
  router.add({.method = "POST",
              .path = "/v1/connections/{id}/refresh",
              .needs = scoped({Scope::kTokensRefresh}),
              .handler = [world](Request& request) { return answer_token(world, request, need_of_refresh(request)); }});
}

}  // namespace valetkey::http
