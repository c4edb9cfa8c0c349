#include "http/resources/connect_sessions.hpp"

#include <boost/json.hpp>

#include "http/idempotency.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/connection_document.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

std::string_view spelled(model::SessionState state) {
  switch (state) {
    case model::SessionState::kOpen: return "open";
    case model::SessionState::kBound: return "in_progress";
    case model::SessionState::kAuthorized: return "awaiting_confirmation";
    case model::SessionState::kCompleted: return "completed";
    case model::SessionState::kFailed: return "failed";
  }
  std::unreachable();
}

json::object session_document(const model::ConnectSession& session) {
  json::object out{{"id", session.id.str()},
                   {"credential", session.credential.str()},
                   {"end_user", to_json(session.end_user)},
                   {"status", spelled(session.state)},
                   {"expires_at", model::to_rfc3339(session.expires_at)},
                   {"created_at", model::to_rfc3339(session.created_at)}};
  out["connection"] = session.connection ? json::value(session.connection->str())
                      : session.renews   ? json::value(session.renews->str())
                                         : json::value(nullptr);
  out["error"] = session.error.empty() ? json::value(nullptr) : json::value(session.error);
  return out;
}

model::Result<oauth::SessionWish> wish_of(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  oauth::SessionWish wish;
  wish.credential = model::CredentialId{reader.required_string("credential", {.least = 1, .most = 64})};
  wish.end_user = read_end_user(reader, true);
  if (auto connection = reader.optional_string("connection", {.least = 1, .most = 64}))
    wish.connection = model::ConnectionId{std::move(*connection)};
  wish.return_url = reader.string_or("return_url", "", {.most = 2048});
  wish.opener_origin = reader.string_or("opener_origin", "", {.most = 512});
  wish.scopes = reader.optional_strings("scopes", 100, {.least = 1, .most = 256}).value_or(std::vector<std::string>{});
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("make a connect session", std::move(errors)));
  return wish;
}

Response made_answer(const oauth::MadeSession& made) {
  auto body = session_document(made.session);
  body["connect_url"] = made.connect_url;
  auto response = json_response(201, body);
  response.holds_secret = true;
  response.resource_id = made.session.id.str();
  return response;
}

ports::Task<Response> create(OauthWorld world, Request& request) {
  auto wish = wish_of(request);
  if (!wish) co_return problem_response(wish.error(), request);
  const auto& caller = *request.caller;
  if (!permits(caller, wish->credential)) co_return problem_response({.code = Code::kNotFound, .detail = "no such credential"}, request);
  auto made = co_await world.sessions.create(caller.tenant, std::move(*wish), [&](ports::Unit& unit, const oauth::MadeSession& session) {
    unit.audit.push_back(audit_entry(world.context.clock, caller, "connect_session.created", session.session.id.str(),
                                     {{"credential", session.session.credential.str()}, {"end_user", session.session.end_user.id}}));
    keep_answer(request, unit, made_answer(session));
  });
  if (!made) co_return problem_response(made.error(), request);
  co_return made_answer(*made);
}

ports::Answer<model::ConnectSession> session_of(const OauthWorld& world, const Request& request) {
  auto session = co_await world.context.records.load<model::ConnectSession>(request.caller->tenant, request.parameter("id"));
  if (!session) co_return fail(std::move(session.error()));
  if (!permits(*request.caller, session->credential)) co_return fail(Code::kNotFound, "no such connect session");
  co_return session;
}

ports::Task<Response> read(OauthWorld world, Request& request) {
  auto session = co_await session_of(world, request);
  if (!session) co_return problem_response(session.error(), request);
  co_return json_response(200, session_document(*session));
}

ports::Task<Response> confirm(OauthWorld world, Request& request) {
  auto session = co_await session_of(world, request);
  if (!session) co_return problem_response(session.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  auto code = reader.required_string("code", {.least = 1, .most = 256});
  reader.finish();
  if (!errors.empty()) co_return problem_response(model::invalid_input("confirm a connect session", std::move(errors)), request);
  const auto& caller = *request.caller;
  auto connection = co_await world.sessions.confirm(
      caller.tenant, session->id, std::move(code), [&](ports::Unit& unit, const model::Connection& confirmed) {
        unit.audit.push_back(
            audit_entry(world.context.clock, caller, "connection.confirmed", confirmed.id.str(), {{"session", session->id.str()}}));
        keep_answer(request, unit, json_response(200, to_json(confirmed)));
      });
  if (!connection) co_return problem_response(connection.error(), request);
  co_return json_response(200, to_json(*connection));
}

}  // namespace

void add_connect_session_routes(Router& router, OauthWorld world) {
  router.add({.method = "POST",
              .path = "/v1/connect-sessions",
              .needs = scoped({Scope::kConnectWrite}),
              .handler = [world](Request& request) { return create(world, request); },
              .idempotent = true});
  router.add(
      {.method = "GET", .path = "/v1/connect-sessions/{id}", .needs = scoped({Scope::kConnectRead}), .handler = [world](Request& request) {
         return read(world, request);
       }});
  router.add({.method = "POST",
              .path = "/v1/connect-sessions/{id}/confirm",
              .needs = scoped({Scope::kConnectWrite}),
              .handler = [world](Request& request) { return confirm(world, request); },
              .idempotent = true});
}

}  // namespace valetkey::http
