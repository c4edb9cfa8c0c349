#include "http/resources/deliveries.hpp"

#include <boost/json.hpp>

#include "events/delivery/replay.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/admin_world.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/delivery_document.hpp"
#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"
#include "vault/places.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::fail;

ports::Answer<model::Delivery> delivery_of(const EventWorld& world, const Request& request) {
  if (auto allowed = check_unlimited(*request.caller, "look at deliveries"); !allowed) co_return fail(std::move(allowed.error()));
  co_return co_await world.context.records.load<model::Delivery>(request.caller->tenant, request.parameter("id"));
}

model::Result<ports::Query> query_of(const Request& request) {
  auto page = page_of(request);
  if (!page) return fail(std::move(page.error()));
  ports::Query query{.tenant = request.caller->tenant.str(), .after = page->after, .limit = page->limit + 1};
  for (const auto* filter : {"destination", "event", "state"})
    if (auto value = request.query_value(filter)) query.equal.emplace_back(filter, std::string(*value));
  if (const auto state = request.query_value("state"); state && !model::spelled<model::DeliveryState>(*state))
    return fail(model::invalid_input("read the query", {{"/state", "must be pending, delivered, dead or cancelled"}}));
  return query;
}

ports::Task<Response> list(EventWorld world, Request& request) {
  if (auto allowed = check_unlimited(*request.caller, "list deliveries"); !allowed) co_return problem_response(allowed.error(), request);
  auto query = query_of(request);
  if (!query) co_return problem_response(query.error(), request);
  const auto limit = query->limit - 1;
  auto found = co_await world.context.records.find<model::Delivery>(std::move(*query));
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& delivery : *found) data.emplace_back(delivery_document(delivery));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().id.str());
}

ports::Task<Response> read(EventWorld world, Request& request) {
  auto delivery = co_await delivery_of(world, request);
  if (!delivery) co_return problem_response(delivery.error(), request);
  auto document = delivery_document(*delivery);
  document["reply"] = nullptr;
  if (!delivery->reply.empty()) {
    auto reply = co_await world.context.keys.open(vault::delivery_reply_place(*delivery), delivery->reply);
    if (!reply) co_return problem_response(reply.error(), request);
    document["reply"] = model::as_utf8(reply->reveal());
  }
  co_return json_response(200, document);
}

ports::Task<Response> replay(EventWorld world, Request& request) {
  auto delivery = co_await delivery_of(world, request);
  if (!delivery) co_return problem_response(delivery.error(), request);
  Response response;
  auto replayed =
      co_await events::Replay(world.context, world.outbound)
          .delivery(std::move(*delivery), [&](ports::Unit& unit, const std::vector<model::Delivery>& deliveries) {
            response = json_response(202, delivery_document(deliveries.front()));
            unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "delivery.replayed", deliveries.front().id.str()));
            keep_answer(request, unit, response);
          });
  if (!replayed) co_return problem_response(replayed.error(), request);
  co_return response;
}

}  // namespace

void add_delivery_routes(Router& router, const EventWorld& world) {
  add_resource_route(router, world, "GET", "/v1/deliveries", scoped({Scope::kDestinationsRead}), list);
  add_resource_route(router, world, "GET", "/v1/deliveries/{id}", scoped({Scope::kDestinationsRead}), read);
  add_resource_route(router, world, "POST", "/v1/deliveries/{id}/replay", scoped({Scope::kEventsReplay}), replay);
}

}  // namespace valetkey::http
