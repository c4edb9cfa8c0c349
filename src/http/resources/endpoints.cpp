#include "http/resources/endpoints.hpp"

#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/isolation.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/admin_world.hpp"
#include "http/resources/audit_entry.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using events::EndpointView;
using model::Code;
using model::fail;

constexpr std::int64_t kLongestOverlap = std::int64_t{30} * 86'400;  // seconds
constexpr std::int64_t kOverlap = std::int64_t{7} * 86'400;          // applications are told of a new URL by hand

bool may_see(const Caller& caller, const model::Endpoint& endpoint) {
  if (endpoint.connection.empty()) return permits(caller, endpoint.credential);
  return permits(caller, endpoint.connection, endpoint.credential);
}

Response answer_of(const EndpointsWorld& world, const EndpointView& view, int status) {
  auto response = json_response(status, events::endpoint_document(view, world.public_url, world.context.clock.wall_now()));
  set_etag(response, view.endpoint.revision);
  response.resource_id = view.endpoint.id.str();
  return response;
}

ports::Answer<EndpointView> view_of(const EndpointsWorld& world, const Request& request) {
  auto view = co_await world.endpoints.load(request.caller->tenant, request.parameter("id"));
  if (view && !may_see(*request.caller, view->endpoint)) co_return fail(Code::kNotFound, "no such endpoint");
  co_return view;
}

/// Audit entry and kept answer, in the unit of the change.
events::AlongsideEndpoint alongside(const EndpointsWorld& world, const Request& request, Response& response, int status,
                                    std::string_view action, json::object detail) {
  return [&world, &request, &response, status, action, detail = std::move(detail)](ports::Unit& unit, const EndpointView& view) {
    response = answer_of(world, view, status);
    if (status == 201) response.set("Location", "/v1/endpoints/" + view.endpoint.id.str());
    auto told = detail;
    told["credential"] = view.endpoint.credential.str();
    told["verification"] = model::spelling(view.endpoint.verification);
    unit.audit.push_back(audit_entry(world.context.clock, *request.caller, action, view.endpoint.id.str(), std::move(told)));
    keep_answer(request, unit, response);
  };
}

ports::Task<Response> list(EndpointsWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  events::EndpointFilter filter;
  filter.credential = request.query_value("credential").value_or("");
  filter.connection = request.query_value("connection").value_or("");
  filter.is_permitted = [caller = request.caller](const model::Endpoint& endpoint) { return may_see(*caller, endpoint); };
  auto found = co_await world.endpoints.list(request.caller->tenant, std::move(filter), page->after, page->limit + 1);
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& view : *found) data.emplace_back(events::endpoint_document(view, world.public_url, world.context.clock.wall_now()));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().endpoint.id.str());
}

/// Of what a new endpoint is, taken out of the body.
struct Owner {
  std::string credential, connection;
};
model::Result<Owner> take_owner(json::object& body) {
  std::vector<model::FieldError> errors;
  model::JsonReader reader(body, "", errors);
  Owner owner{.credential = reader.required_string("credential", {.least = 1, .most = 64}),
              .connection = reader.string_or("connection", "", {.most = 64})};
  if (!errors.empty()) return fail(model::invalid_input("make an endpoint", std::move(errors)));
  body.erase("credential");
  body.erase("connection");
  return owner;
}

/// The credential, checked with the connection against the limits of the key.
ports::Answer<model::Credential> credential_of(const EndpointsWorld& world, const Caller& caller, const Owner& owner) {
  const auto unknown = [](std::string_view member, std::string_view what) {
    return fail(model::invalid_input("make an endpoint", {{model::pointer_to("", member), std::string(what)}}));
  };
  auto credential = co_await world.context.records.load<model::Credential>(caller.tenant, owner.credential);
  if (!credential && credential.error().code != Code::kNotFound) co_return fail(std::move(credential.error()));
  if (owner.connection.empty()) {
    if (!credential || !permits(caller, credential->id)) co_return unknown("credential", "is not the id of a credential");
    co_return credential;
  }
  if (!credential) co_return unknown("credential", "is not the id of a credential");
  auto connection = co_await world.context.records.load<model::Connection>(caller.tenant, owner.connection);
  if (!connection && connection.error().code != Code::kNotFound) co_return fail(std::move(connection.error()));
  if (!connection || connection->credential != credential->id || !permits(caller, *connection))
    co_return unknown("connection", "is not the id of a connection of the credential");
  co_return credential;
}

ports::Task<Response> create(EndpointsWorld world, Request& request) {
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto detail = changed_members(*body);
  auto owner = take_owner(*body);
  if (!owner) co_return problem_response(owner.error(), request);
  auto credential = co_await credential_of(world, *request.caller, *owner);
  if (!credential) co_return problem_response(credential.error(), request);
  Response response;
  auto made = co_await world.endpoints.create(std::move(*credential), model::ConnectionId{owner->connection}, std::move(*body),
                                              alongside(world, request, response, 201, "endpoint.created", std::move(detail)));
  if (!made) co_return problem_response(made.error(), request);
  co_return response;
}

ports::Task<Response> read(EndpointsWorld world, Request& request) {
  auto view = co_await view_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  co_return answer_of(world, *view, 200);
}

ports::Task<Response> change(EndpointsWorld world, Request& request) {
  auto before = co_await view_of(world, request);
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->endpoint.revision); !matches) co_return problem_response(matches.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  Response response;
  auto changed = co_await world.endpoints.change(std::move(*before), *body,
                                                 alongside(world, request, response, 200, "endpoint.changed", changed_members(*body)));
  if (!changed) co_return problem_response(changed.error(), request);
  co_return response;
}

ports::Task<Response> remove(EndpointsWorld world, Request& request) {
  auto view = co_await view_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  if (auto matches = check_if_match(request, view->endpoint.revision); !matches) co_return problem_response(matches.error(), request);
  Response response;
  auto removed = co_await world.endpoints.remove(std::move(*view), alongside(world, request, response, 204, "endpoint.deleted", {}));
  if (!removed) co_return problem_response(removed.error(), request);
  co_return no_content();
}

model::Result<model::Seconds> overlap_in(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  const auto overlap = reader.optional_integer("retire_after", 0, kLongestOverlap).value_or(kOverlap);
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("rotate the endpoint's key", std::move(errors)));
  return model::Seconds(overlap);
}

ports::Task<Response> rotate_key(EndpointsWorld world, Request& request) {
  auto before = co_await view_of(world, request);
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->endpoint.revision); !matches) co_return problem_response(matches.error(), request);
  auto overlap = overlap_in(request);
  if (!overlap) co_return problem_response(overlap.error(), request);
  Response response;
  auto rotated = co_await world.endpoints.rotate_key(
      std::move(*before), *overlap,
      alongside(world, request, response, 200, "endpoint.key_rotated", {{"retire_after", static_cast<std::int64_t>(overlap->count())}}));
  if (!rotated) co_return problem_response(rotated.error(), request);
  co_return response;
}

ports::Task<Response> received_secret(EndpointsWorld world, Request& request) {
  auto view = co_await view_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  auto name = reader.required_string("name", {.least = 1, .most = 64});
  reader.finish();
  if (!errors.empty()) co_return problem_response(model::invalid_input("show the secret", std::move(errors)), request);
  auto secret = co_await world.endpoints.received_secret(*view, name);
  if (!secret) co_return problem_response(secret.error(), request);
  ports::Unit unit;
  unit.audit.push_back(
      audit_entry(world.context.clock, *request.caller, "endpoint.secret_shown", view->endpoint.id.str(), {{"secret", name}}));
  auto response = json_response(200, json::object{{"name", name}, {"value", secret->reveal()}});
  response.holds_secret = true;
  response.resource_id = view->endpoint.id.str();
  keep_answer(request, unit, response);
  if (auto applied = co_await world.context.store().apply(std::move(unit)); !applied) co_return problem_response(applied.error(), request);
  co_return response;
}

json::object rejected_document(const events::RejectedRequest& rejected) {
  json::array headers;
  for (const auto& [name, value] : rejected.headers) headers.push_back(json::array{model::as_utf8(name), model::as_utf8(value)});
  return {{"at", model::to_rfc3339(rejected.at)},
          {"kind", model::spelling(rejected.kind)},
          {"reason", rejected.reason},
          {"source", rejected.source},
          {"method", model::as_utf8(rejected.method)},
          {"query", model::as_utf8(rejected.query)},
          {"headers", std::move(headers)},
          {"body", model::as_utf8(rejected.body)},
          {"body_bytes", rejected.body_bytes}};
}

/// In memory of this node only, so it is short, and has no pages (S33).
ports::Task<Response> rejected(EndpointsWorld world, Request& request) {
  auto view = co_await view_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  json::array data;
  for (const auto& each : world.ingress.rejected_of(view->endpoint.id)) data.emplace_back(rejected_document(each));
  auto response = json_response(200, json::object{{"data", std::move(data)}, {"next", nullptr}});
  isolate(response);
  co_return response;
}

}  // namespace

void add_endpoint_routes(Router& router, EndpointsWorld world) {
  const auto add = [&](std::string method, std::string path, Scope scope, auto handler) {
    add_resource_route(router, world, std::move(method), std::move(path), scoped({scope}), handler);
  };
  add("GET", "/v1/endpoints", Scope::kEndpointsRead, list);
  add("POST", "/v1/endpoints", Scope::kEndpointsWrite, create);
  add("GET", "/v1/endpoints/{id}", Scope::kEndpointsRead, read);
  add("PATCH", "/v1/endpoints/{id}", Scope::kEndpointsWrite, change);
  add("DELETE", "/v1/endpoints/{id}", Scope::kEndpointsWrite, remove);
  add("POST", "/v1/endpoints/{id}/rotate-key", Scope::kEndpointsWrite, rotate_key);
  add("POST", "/v1/endpoints/{id}/received-secret", Scope::kEndpointsWrite, received_secret);
  add("GET", "/v1/endpoints/{id}/rejected", Scope::kEventsRaw, rejected);
}

}  // namespace valetkey::http
