#include "http/resources/events.hpp"

#include <boost/json.hpp>

#include "http/problem.hpp"
#include "http/resources/sequence_page.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;

json::object event_document(const model::Event& event) {
  auto payload = model::parse_json(event.payload);
  return {{"id", event.id.str()},
          {"sequence", event.sequence},
          {"type", event.type},
          {"connection", event.connection.empty() ? json::value(nullptr) : json::value(event.connection)},
          {"credential", event.credential.empty() ? json::value(nullptr) : json::value(event.credential)},
          {"payload", payload ? std::move(*payload) : json::value(nullptr)},
          {"occurred_at", model::to_rfc3339(event.occurred_at)}};
}

/// An event of nothing in particular is for keys without limits.
bool may_see(const Caller& caller, const model::Event& event) {
  const model::CredentialId credential{event.credential};
  if (!event.connection.empty()) return permits(caller, model::ConnectionId{event.connection}, credential);
  return permits(caller, credential);
}

/// The first `wanted` events that the caller may see.
ports::Answer<std::vector<model::Event>> find_events(const AdminWorld& world, const Caller& caller, ports::EventQuery query,
                                                     std::size_t wanted) {
  std::vector<model::Event> out;
  query.limit = static_cast<int>(wanted);
  for (;;) {
    auto page = co_await world.context.store().events(query);
    if (!page) co_return model::fail(std::move(page.error()));
    const bool is_last = page->size() < wanted;
    for (auto& event : *page) {
      query.after = event.sequence;
      if (may_see(caller, event)) out.push_back(std::move(event));
      if (out.size() == wanted) co_return out;
    }
    if (is_last) co_return out;
  }
}

ports::Task<Response> list(AdminWorld world, Request& request) {
  auto page = sequence_page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  ports::EventQuery query{.tenant = request.caller->tenant.str(), .after = page->after};
  query.type = request.query_value("type").value_or("");
  query.connection = request.query_value("connection").value_or("");
  auto events = co_await find_events(world, *request.caller, std::move(query), static_cast<std::size_t>(page->limit) + 1);
  if (!events) co_return problem_response(events.error(), request);
  const bool has_more = std::cmp_greater(events->size(), page->limit);
  if (has_more) events->pop_back();
  json::array data;
  for (const auto& event : *events) data.emplace_back(event_document(event));
  co_return page_response(std::move(data), has_more, events->empty() ? "" : std::to_string(events->back().sequence));
}

ports::Task<Response> read(AdminWorld world, Request& request) {
  auto events = co_await find_events(world, *request.caller, {.tenant = request.caller->tenant.str(), .id = request.parameter("id")}, 1);
  if (!events) co_return problem_response(events.error(), request);
  if (events->empty()) co_return problem_response({.code = model::Code::kNotFound, .detail = "no such event"}, request);
  co_return json_response(200, event_document(events->front()));
}

}  // namespace

void add_event_routes(Router& router, AdminWorld world) {
  add_admin_route(router, world, "GET", "/v1/events", scoped({Scope::kEventsRead}), list);
  add_admin_route(router, world, "GET", "/v1/events/{id}", scoped({Scope::kEventsRead}), read);
}

}  // namespace valetkey::http
