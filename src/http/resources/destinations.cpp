#include "http/resources/destinations.hpp"

#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/admin_world.hpp"
#include "http/resources/audit_entry.hpp"

namespace valetkey::http {

namespace json = boost::json;
using model::fail;

ports::Answer<model::Destination> destination_of(const EventWorld& world, const Request& request, std::string_view doing) {
  if (auto allowed = check_unlimited(*request.caller, doing); !allowed) co_return fail(std::move(allowed.error()));
  co_return co_await world.context.records.load<model::Destination>(request.caller->tenant, request.parameter("id"));
}

Response destination_answer(const EventWorld& world, const events::DestinationChange& change, int status) {
  auto document = events::destination_document(change.destination, world.context.clock.wall_now());
  if (!change.secret.empty()) document["secret"] = change.secret.reveal();
  auto response = json_response(status, document);
  set_etag(response, change.destination.revision);
  response.resource_id = change.destination.id.str();
  response.holds_secret = !change.secret.empty();
  return response;
}

namespace {

events::DestinationRecords records_of(const EventWorld& world) { return {world.context, world.outbound}; }

ports::Task<Response> list(EventWorld world, Request& request) {
  if (auto allowed = check_unlimited(*request.caller, "list destinations"); !allowed) co_return problem_response(allowed.error(), request);
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto found = co_await world.context.records.find<model::Destination>(
      {.tenant = request.caller->tenant.str(), .after = page->after, .limit = page->limit + 1});
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& each : *found) data.emplace_back(events::destination_document(each, world.context.clock.wall_now()));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().id.str());
}

ports::Task<Response> create(EventWorld world, Request& request) {
  const auto& caller = *request.caller;
  if (auto allowed = check_unlimited(caller, "make a destination"); !allowed) co_return problem_response(allowed.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  Response response;
  auto made = co_await records_of(world).create(caller.tenant, *body, [&](ports::Unit& unit, const events::DestinationChange& change) {
    const auto& id = change.destination.id.str();
    response = destination_answer(world, change, 201);
    response.set("Location", "/v1/destinations/" + id);
    unit.audit.push_back(audit_entry(world.context.clock, caller, "destination.created", id));
    keep_answer(request, unit, response);
  });
  if (!made) co_return problem_response(made.error(), request);
  co_return response;
}

ports::Task<Response> read(EventWorld world, Request& request) {
  auto destination = co_await destination_of(world, request, "read a destination");
  if (!destination) co_return problem_response(destination.error(), request);
  auto health = co_await records_of(world).health(*destination);
  if (!health) co_return problem_response(health.error(), request);
  auto document = events::destination_document(*destination, world.context.clock.wall_now());
  const auto time_or_null = [](std::optional<model::WallTime> at) {
    return at ? json::value(model::to_rfc3339(*at)) : json::value(nullptr);
  };
  document["health"] = {{"pending", health->pending},
                        {"dead", health->dead},
                        {"breaker", events::to_string(health->breaker)},
                        {"last_success_at", time_or_null(health->last_success_at)},
                        {"last_failure_at", time_or_null(health->last_failure_at)}};
  auto response = json_response(200, document);
  set_etag(response, destination->revision);
  co_return response;
}

ports::Task<Response> change(EventWorld world, Request& request) {
  auto before = co_await destination_of(world, request, "change a destination");
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->revision); !matches) co_return problem_response(matches.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto changed =
      co_await records_of(world).change(std::move(*before), *body, [&](ports::Unit& unit, const events::DestinationChange& change) {
        unit.audit.push_back(
            audit_entry(world.context.clock, *request.caller, "destination.changed", change.destination.id.str(), changed_members(*body)));
      });
  if (!changed) co_return problem_response(changed.error(), request);
  co_return destination_answer(world, *changed, 200);
}

ports::Task<Response> remove(EventWorld world, Request& request) {
  auto destination = co_await destination_of(world, request, "delete a destination");
  if (!destination) co_return problem_response(destination.error(), request);
  if (auto matches = check_if_match(request, destination->revision); !matches) co_return problem_response(matches.error(), request);
  auto removed = co_await records_of(world).remove(*destination, [&](ports::Unit& unit, const events::DestinationChange&) {
    unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "destination.deleted", destination->id.str()));
  });
  if (!removed) co_return problem_response(removed.error(), request);
  co_return no_content();
}

}  // namespace

void add_destination_routes(Router& router, const EventWorld& world) {
  add_resource_route(router, world, "GET", "/v1/destinations", scoped({Scope::kDestinationsRead}), list);
  add_resource_route(router, world, "POST", "/v1/destinations", scoped({Scope::kDestinationsWrite}), create);
  add_resource_route(router, world, "GET", "/v1/destinations/{id}", scoped({Scope::kDestinationsRead}), read);
  add_resource_route(router, world, "PATCH", "/v1/destinations/{id}", scoped({Scope::kDestinationsWrite}), change);
  add_resource_route(router, world, "DELETE", "/v1/destinations/{id}", scoped({Scope::kDestinationsWrite}), remove);
  add_destination_action_routes(router, world);
}

}  // namespace valetkey::http
