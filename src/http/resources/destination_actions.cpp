#include <boost/json.hpp>

#include "events/delivery/replay.hpp"
#include "http/idempotency.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/destinations.hpp"
#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::fail;

constexpr std::int64_t kUsualOverlap = 24 * 3600;
constexpr std::int64_t kLongestOverlap = 30 * 24 * 3600;

ports::Task<Response> test(EventWorld world, Request& request) {
  auto destination = co_await destination_of(world, request, "test a destination");
  if (!destination) co_return problem_response(destination.error(), request);
  auto attempted = co_await events::DestinationRecords(world.context, world.outbound).test(*destination);
  if (!attempted) co_return problem_response(attempted.error(), request);
  const auto& record = attempted->record;
  co_return json_response(200, json::object{{"delivered", record.error.empty()},
                                            {"status", record.status == 0 ? json::value(nullptr) : json::value(record.status)},
                                            {"error", record.error.empty() ? json::value(nullptr) : json::value(record.error)},
                                            {"duration_ms", record.duration_ms},
                                            {"reply", model::as_utf8(attempted->reply)}});
}

model::Result<model::Seconds> overlap_in(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  const auto overlap = reader.optional_integer("overlap_seconds", 0, kLongestOverlap).value_or(kUsualOverlap);
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("rotate the secret", std::move(errors)));
  return model::Seconds{overlap};
}

ports::Task<Response> rotate(EventWorld world, Request& request) {
  auto destination = co_await destination_of(world, request, "rotate the secret of a destination");
  if (!destination) co_return problem_response(destination.error(), request);
  auto overlap = overlap_in(request);
  if (!overlap) co_return problem_response(overlap.error(), request);
  Response response;
  auto rotated = co_await events::DestinationRecords(world.context, world.outbound)
                     .rotate_secret(std::move(*destination), *overlap, [&](ports::Unit& unit, const events::DestinationChange& change) {
                       response = destination_answer(world, change, 200);
                       unit.audit.push_back(
                           audit_entry(world.context.clock, *request.caller, "destination.secret_rotated", change.destination.id.str()));
                       keep_answer(request, unit, response);
                     });
  if (!rotated) co_return problem_response(rotated.error(), request);
  co_return response;
}

std::optional<model::WallTime> time_in(model::JsonReader& reader, std::string_view name) {
  const auto text = reader.optional_string(name);
  if (!text) return std::nullopt;
  const auto time = model::parse_rfc3339(*text);
  if (!time) reader.error(name, "must be a time of RFC 3339, like 2026-01-01T00:00:00Z");
  return time;
}

model::Result<events::ReplayFilter> filter_in(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  events::ReplayFilter filter;
  if (const auto text = reader.optional_string("state")) {
    filter.state = model::spelled<model::DeliveryState>(*text);
    if (!filter.state || filter.state == model::DeliveryState::kPending) reader.error("state", "must be dead, cancelled or delivered");
  }
  filter.since = time_in(reader, "since");
  filter.until = time_in(reader, "until");
  filter.types = reader.optional_strings("types", 200, {.least = 1, .most = 250}).value_or(std::vector<std::string>{});
  filter.after = reader.string_or("after", "", {.most = 100});
  if (!filter.state && !filter.since) reader.error("since", "is missing: name a state, or a time since when");
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("replay to the destination", std::move(errors)));
  return filter;
}

ports::Task<Response> replay(EventWorld world, Request& request) {
  auto destination = co_await destination_of(world, request, "replay to a destination");
  if (!destination) co_return problem_response(destination.error(), request);
  auto filter = filter_in(request);
  if (!filter) co_return problem_response(filter.error(), request);
  auto replayed = co_await events::Replay(world.context, world.outbound)
                      .many(*destination, std::move(*filter), [&](ports::Unit& unit, const std::vector<model::Delivery>& deliveries) {
                        unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "destination.replayed",
                                                         destination->id.str(), {{"deliveries", deliveries.size()}}));
                      });
  if (!replayed) co_return problem_response(replayed.error(), request);
  co_return json_response(202, json::object{{"replayed", replayed->replayed},
                                            {"next", replayed->next.empty() ? json::value(nullptr) : json::value(replayed->next)}});
}

}  // namespace

void add_destination_action_routes(Router& router, const EventWorld& world) {
  add_resource_route(router, world, "POST", "/v1/destinations/{id}/test", scoped({Scope::kDestinationsWrite}), test);
  add_resource_route(router, world, "POST", "/v1/destinations/{id}/rotate-secret", scoped({Scope::kDestinationsWrite}), rotate);
  add_resource_route(router, world, "POST", "/v1/destinations/{id}/replay", scoped({Scope::kEventsReplay}), replay);
}

}  // namespace valetkey::http
