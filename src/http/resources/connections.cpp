#include "http/resources/connections.hpp"

#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/connection_body.hpp"
#include "http/resources/connection_document.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"
#include "oauth/filtered_find.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

/// One of the caller's connections; one that its limits forbid looks like none (S17).
ports::Answer<model::Connection> connection_of(const OauthWorld& world, const Request& request) {
  auto connection = co_await world.context.records.load<model::Connection>(request.caller->tenant, request.parameter("id"));
  if (!connection) co_return fail(std::move(connection.error()));
  if (!permits(*request.caller, *connection)) co_return fail(Code::kNotFound, "no such connection");
  co_return connection;
}

ports::Task<Response> whole_answer(const OauthWorld& world, const model::Connection& connection, int status) {
  auto body = to_json(connection);
  auto grant = co_await world.context.records.load<model::Grant>(connection.tenant, connection.current_grant.str());
  body["grant"] = grant ? json::value(to_json(*grant)) : json::value(nullptr);
  auto response = json_response(status, body);
  set_etag(response, connection.revision);
  response.resource_id = connection.id.str();
  co_return response;
}

ports::Task<Response> create(OauthWorld world, Request& request) {
  auto wish = read_connection_wish(request);
  if (!wish) co_return problem_response(wish.error(), request);
  const auto& caller = *request.caller;
  if (!permits(caller, wish->credential)) co_return problem_response({.code = Code::kNotFound, .detail = "no such credential"}, request);
  const auto answer_of = [](const model::Connection& connection) {
    auto response = json_response(201, to_json(connection));
    set_etag(response, connection.revision);
    response.set("Location", "/v1/connections/" + connection.id.str());
    response.resource_id = connection.id.str();
    return response;
  };
  auto made =
      co_await world.connections.create(caller.tenant, std::move(*wish), [&](ports::Unit& unit, const model::Connection& connection) {
        unit.audit.push_back(audit_entry(world.context.clock, caller, "connection.created", connection.id.str(),
                                         {{"credential", connection.credential.str()}}));
        keep_answer(request, unit, answer_of(connection));
      });
  if (!made) co_return problem_response(made.error(), request);
  co_return answer_of(*made);
}

ports::Task<Response> list(OauthWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  const auto& caller = *request.caller;
  ports::Query query{.tenant = caller.tenant.str(), .after = page->after};
  if (const auto state = request.query_value("state"); state && !model::spelled<model::ConnectionState>(*state))
    co_return problem_response(
        model::invalid_input("read the query", {{"/state", "must be awaiting_confirmation, active, needs_reconnect, held or revoked"}}),
        request);
  for (const auto* filter : {"credential", "end_user", "state"})
    if (auto value = request.query_value(filter)) query.equal.emplace_back(filter, std::string(*value));
  auto found =
      co_await oauth::filtered_find<model::Connection>(world.context.records, std::move(query), static_cast<std::size_t>(page->limit) + 1,
                                                       [&](const model::Connection& connection) { return permits(caller, connection); });
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& connection : *found) data.emplace_back(to_json(connection));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().id.str());
}

ports::Task<Response> read(OauthWorld world, Request& request) {
  auto connection = co_await connection_of(world, request);
  if (!connection) co_return problem_response(connection.error(), request);
  co_return co_await whole_answer(world, *connection, 200);
}

/// Applies a change to the record; kConflict where its state forbids it.
model::Result<void> apply_to(model::Connection& connection, const ConnectionChange& change) {
  using State = model::ConnectionState;
  if (change.metadata) connection.metadata = *change.metadata;
  if (change.end_user) {
    connection.end_user.display_name = change.end_user->display_name;
    connection.end_user.email = change.end_user->email;
  }
  if (!change.held || *change.held == (connection.state == State::kHeld)) return {};
  if (connection.state != (*change.held ? State::kActive : State::kHeld))
    return fail(Code::kConflict, fmt::format("change connection {}: only an active connection can be held, it is {}", connection.id.str(),
                                             model::to_string(connection.state)));
  connection.state = *change.held ? State::kHeld : State::kActive;
  connection.state_reason = *change.held ? "by_operator" : "";
  return {};
}

ports::Task<Response> change(OauthWorld world, Request& request) {
  auto connection = co_await connection_of(world, request);
  if (!connection) co_return problem_response(connection.error(), request);
  if (auto matches = check_if_match(request, connection->revision); !matches) co_return problem_response(matches.error(), request);
  auto wish = read_connection_change(request);
  if (!wish) co_return problem_response(wish.error(), request);
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(*connection));
  if (auto applied = apply_to(*connection, *wish); !applied) co_return problem_response(applied.error(), request);
  connection->updated_at = world.context.clock.wall_now();
  unit.writes.emplace_back(world.context.records.put(*connection));
  unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "connection.changed", connection->id.str()));
  if (auto applied = co_await world.context.store().apply(std::move(unit)); !applied) co_return problem_response(applied.error(), request);
  ++connection->revision;
  co_return co_await whole_answer(world, *connection, 200);
}

json::object removed_document(const oauth::Removed& removed) {
  json::object revocation{{"outcome", oauth::to_string(removed.revocation.outcome)}};
  if (!removed.revocation.detail.empty()) revocation["detail"] = removed.revocation.detail;
  return {{"id", removed.id.str()}, {"deleted", true}, {"revocation", std::move(revocation)}};
}

oauth::Alongside<oauth::Removed> audited(const OauthWorld& world, const Request& request) {
  return [&world, &request](ports::Unit& unit, const oauth::Removed& removed) {
    unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "connection.deleted", removed.id.str(),
                                     {{"revocation", oauth::to_string(removed.revocation.outcome)}}));
  };
}

ports::Task<Response> remove(OauthWorld world, Request& request) {
  auto connection = co_await connection_of(world, request);
  if (!connection) co_return problem_response(connection.error(), request);
  if (auto matches = check_if_match(request, connection->revision); !matches) co_return problem_response(matches.error(), request);
  auto removed = co_await world.connections.remove(request.caller->tenant, connection->id, audited(world, request));
  if (!removed) co_return problem_response(removed.error(), request);
  co_return json_response(200, removed_document(*removed));
}

ports::Task<Response> remove_end_user(OauthWorld world, Request& request) {
  const auto& limits = request.caller->limits;
  if (!limits.credentials.empty() || !limits.connections.empty())
    co_return problem_response(
        {.code = Code::kForbidden, .detail = "delete an end user: this key is limited to some credentials or connections"}, request);
  auto removed = co_await world.connections.remove_of_end_user(request.caller->tenant, request.parameter("id"), audited(world, request));
  if (!removed) co_return problem_response(removed.error(), request);
  json::array connections;
  for (const auto& one : *removed) connections.emplace_back(removed_document(one));
  co_return json_response(200, json::object{{"end_user", request.parameter("id")}, {"connections", std::move(connections)}});
}

}  // namespace

void add_connection_routes(Router& router, OauthWorld world) {
  const auto add = [&](std::string method, std::string path, Scope scope, ports::Task<Response> (*handler)(OauthWorld, Request&),
                       bool idempotent = false) {
    router.add({.method = std::move(method),
                .path = std::move(path),
                .needs = scoped({scope}),
                .handler = [world, handler](Request& request) { return handler(world, request); },
                .idempotent = idempotent});
  };
  add("GET", "/v1/connections", Scope::kConnectionsRead, list);
  add("POST", "/v1/connections", Scope::kConnectionsWrite, create, true);
  add("GET", "/v1/connections/{id}", Scope::kConnectionsRead, read);
  add("PATCH", "/v1/connections/{id}", Scope::kConnectionsWrite, change);
  add("DELETE", "/v1/connections/{id}", Scope::kConnectionsWrite, remove);
  add("DELETE", "/v1/end-users/{id}", Scope::kConnectionsWrite, remove_end_user);
}

}  // namespace valetkey::http
