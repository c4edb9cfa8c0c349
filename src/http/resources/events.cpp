#include "http/resources/events.hpp"

#include <boost/json.hpp>

#include "events/delivery/replay.hpp"
#include "events/ingress/stored_request.hpp"
#include "events/outbox/event_document.hpp"
#include "events/outbox/filter.hpp"
#include "http/idempotency.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/delivery_document.hpp"
#include "http/resources/sequence_page.hpp"
#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {

namespace json = boost::json;
using model::Code;
using model::fail;

bool may_see(const Caller& caller, const model::Event& event) {
  const model::CredentialId credential{event.credential};
  if (!event.connection.empty()) return permits(caller, model::ConnectionId{event.connection}, credential);
  return permits(caller, credential);
}

ports::Answer<json::object> event_answer(const events::Context& context, const model::Event& event) {
  auto payload = co_await events::payload_of(context, event);
  if (!payload) co_return fail(std::move(payload.error()));
  auto document = events::event_document(event, *payload);
  document["sequence"] = event.sequence;
  co_return document;
}

EventFilter EventFilter::of(const Caller& caller, const model::Pairs& query) {
  EventFilter filter{.query = {.tenant = caller.tenant.str()}};
  for (const auto& [name, value] : query) {
    if (name == "type") (value.ends_with('*') ? filter.types : filter.query.type) = value;
    if (name == "connection") filter.query.connection = value;
    if (name == "credential") filter.query.credential = value;
    if (name == "integration") filter.query.integration = value;
  }
  return filter;
}

bool EventFilter::shows(const Caller& caller, const model::Event& event) const {
  return may_see(caller, event) && (types.empty() || events::is_type(event.type, types));
}

namespace {

constexpr int kMostSieved = 500;

/// The first `wanted` events that the caller may see.
ports::Answer<std::vector<model::Event>> find_events(const EventWorld& world, const Caller& caller, EventFilter filter,
                                                     std::size_t wanted) {
  std::vector<model::Event> out;
  auto& query = filter.query;
  // Where most may be passed over, more are read at a time.
  const bool is_sieved = !filter.types.empty() || !caller.limits.connections.empty() || !caller.limits.credentials.empty();
  query.limit = is_sieved ? kMostSieved : static_cast<int>(wanted);
  for (;;) {
    auto page = co_await world.context.store().events(query);
    if (!page) co_return fail(std::move(page.error()));
    const bool is_last = std::cmp_less(page->size(), query.limit);
    for (auto& event : *page) {
      query.after = event.sequence;
      if (filter.shows(caller, event)) out.push_back(std::move(event));
      if (out.size() == wanted) co_return out;
    }
    if (is_last) co_return out;
  }
}

ports::Answer<model::Event> event_of(const EventWorld& world, const Request& request) {
  auto found = co_await find_events(world, *request.caller, {{.tenant = request.caller->tenant.str(), .id = request.parameter("id")}}, 1);
  if (!found) co_return fail(std::move(found.error()));
  if (found->empty()) co_return fail(Code::kNotFound, "no such event");
  co_return std::move(found->front());
}

ports::Task<Response> list(EventWorld world, Request& request) {
  auto page = sequence_page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto filter = EventFilter::of(*request.caller, request.query);
  filter.query.after = page->after;
  auto events = co_await find_events(world, *request.caller, std::move(filter), static_cast<std::size_t>(page->limit) + 1);
  if (!events) co_return problem_response(events.error(), request);
  const bool has_more = std::cmp_greater(events->size(), page->limit);
  if (has_more) events->pop_back();
  json::array data;
  for (const auto& event : *events) {
    auto document = co_await event_answer(world.context, event);
    if (!document) co_return problem_response(document.error(), request);
    data.emplace_back(std::move(*document));
  }
  co_return page_response(std::move(data), has_more, events->empty() ? "" : std::to_string(events->back().sequence));
}

/// The request that it came in, without what was in it; null: it came in none, or is past its retention.
ports::Answer<json::value> request_document(const EventWorld& world, const model::Event& event) {
  if (event.request.empty()) co_return json::value(nullptr);
  auto received = co_await world.context.records.load<model::ReceivedRequest>(event.tenant, event.request);
  if (!received && received.error().code == Code::kNotFound) co_return json::value(nullptr);
  if (!received) co_return fail(std::move(received.error()));
  co_return json::object{{"id", received->id.str()},
                         {"endpoint", received->endpoint.str()},
                         {"kind", model::spelling(received->kind)},
                         {"state", model::spelling(received->state)},
                         {"verification", received->verification},
                         {"received_at", model::to_rfc3339(received->received_at)}};
}

ports::Task<Response> read(EventWorld world, Request& request) {
  auto event = co_await event_of(world, request);
  if (!event) co_return problem_response(event.error(), request);
  auto document = co_await event_answer(world.context, *event);
  if (!document) co_return problem_response(document.error(), request);
  auto received = co_await request_document(world, *event);
  if (!received) co_return problem_response(received.error(), request);
  (*document)["request"] = std::move(*received);
  auto deliveries = co_await world.context.records.find<model::Delivery>(
      {.tenant = event->tenant.str(), .equal = {{"event", event->id.str()}}, .limit = 200});
  if (!deliveries) co_return problem_response(deliveries.error(), request);
  json::array all;
  for (const auto& delivery : *deliveries) all.emplace_back(delivery_document(delivery));
  (*document)["deliveries"] = std::move(all);
  co_return json_response(200, *document);
}

/// As it arrived, with static proofs as `***` (S34).
json::object raw_document(const model::ReceivedRequest& received, const services::Incoming& incoming) {
  json::array headers;
  for (const auto& [name, value] : incoming.headers) headers.push_back(json::array{name, model::as_utf8(value)});
  return {{"id", received.id.str()},
          {"endpoint", received.endpoint.str()},
          {"kind", model::spelling(received.kind)},
          {"verification", received.verification},
          {"received_at", model::to_rfc3339(received.received_at)},
          {"method", incoming.method},
          {"path", model::as_utf8(incoming.path)},
          {"query", model::as_utf8(incoming.query_text)},
          {"headers", std::move(headers)},
          {"body_base64", model::to_base64(incoming.body)}};
}

ports::Task<Response> raw(EventWorld world, Request& request) {
  auto event = co_await event_of(world, request);
  if (!event) co_return problem_response(event.error(), request);
  if (event->request.empty()) co_return problem_response({.code = Code::kNotFound, .detail = "this event came in no request"}, request);
  auto received = co_await world.context.records.load<model::ReceivedRequest>(event->tenant, event->request);
  if (!received) co_return problem_response(received.error(), request);
  auto opened = co_await events::open_raw(world.context.keys, *received);
  if (!opened) co_return problem_response(opened.error(), request);
  co_return json_response(200, raw_document(*received, opened->incoming));
}

model::Result<std::optional<std::string>> destination_in(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  auto destination = reader.optional_string("destination", {.least = 1, .most = 100});
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("read the replay", std::move(errors)));
  return destination;
}

ports::Task<Response> replay(EventWorld world, Request& request) {
  auto destination = destination_in(request);
  if (!destination) co_return problem_response(destination.error(), request);
  auto event = co_await event_of(world, request);
  if (!event) co_return problem_response(event.error(), request);
  Response response;
  auto replayed = co_await events::Replay(world.context, world.outbound)
                      .event(*event, *destination, [&](ports::Unit& unit, const std::vector<model::Delivery>& deliveries) {
                        json::array all;
                        for (const auto& delivery : deliveries) all.emplace_back(delivery_document(delivery));
                        response = json_response(202, json::object{{"replayed", all.size()}, {"deliveries", std::move(all)}});
                        unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "event.replayed", event->id.str(),
                                                         {{"deliveries", deliveries.size()}}));
                        keep_answer(request, unit, response);
                      });
  if (!replayed) co_return problem_response(replayed.error(), request);
  co_return response;
}

}  // namespace

void add_event_routes(Router& router, const EventWorld& world) {
  add_resource_route(router, world, "GET", "/v1/events", scoped({Scope::kEventsRead}), list);
  add_resource_route(router, world, "GET", "/v1/events/{id}", scoped({Scope::kEventsRead}), read);
  add_resource_route(router, world, "GET", "/v1/events/{id}/raw", scoped({Scope::kEventsRaw}), raw);
  add_resource_route(router, world, "POST", "/v1/events/{id}/replay", scoped({Scope::kEventsReplay}), replay);
}

}  // namespace valetkey::http
