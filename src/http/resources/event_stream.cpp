#include "http/resources/event_stream.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "http/exchange.hpp"
#include "http/problem.hpp"
#include "http/resources/events.hpp"
#include "http/resources/sequence_page.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

using model::fail;

constexpr int kMostAtOnce = 100;  // in memory, of one follower
constexpr model::Seconds kHeartbeat{15};
constexpr std::string_view kBeat = ": \n\n";

/// Where to begin: behind Last-Event-ID (a browser that comes back), behind `after`, or with the next event.
ports::Answer<std::int64_t> beginning(const EventWorld& world, const Request& request, const Pairs& query) {
  std::optional<std::string_view> after = request.header("last-event-id");
  for (const auto& [name, value] : query)
    if (name == "after" && !after) after = value;
  if (after) {
    const auto sequence = read_after(*after);
    if (!sequence) co_return fail(model::invalid_input("read the query", {{"/after", "must be a sequence, or the `next` of a page"}}));
    co_return *sequence;
  }
  auto cursor = co_await world.context.records.load_any<model::EventCursor>("dispatcher");
  if (!cursor && cursor.error().code != model::Code::kNotFound) co_return fail(std::move(cursor.error()));
  co_return cursor ? cursor->sequence : 0;
}

/// One event as it is sent. Its type stands in the document alone: it comes from outside, and might break the framing.
ports::Answer<std::string> framed(const EventWorld& world, const model::Event& event) {
  auto document = co_await event_answer(world.context, event);
  if (!document) co_return fail(std::move(document.error()));
  co_return fmt::format("id: {}\ndata: {}\n\n", event.sequence, boost::json::serialize(*document));
}

/// What there is now; true: all of it.
ports::Answer<bool> send_page(const EventWorld& world, const Request& request, EventFilter& filter) {
  const auto known = world.outbound.tail().latest(request.caller->tenant);
  auto page = co_await world.context.store().events(filter.query);
  if (!page) co_return fail(std::move(page.error()));
  for (const auto& event : *page) {
    filter.query.after = event.sequence;
    if (!filter.shows(*request.caller, event)) continue;
    auto text = co_await framed(world, event);
    if (!text) co_return fail(std::move(text.error()));
    if (auto written = co_await request.exchange->write(*text); !written) co_return fail(std::move(written.error()));
  }
  const bool is_all = std::cmp_less(page->size(), kMostAtOnce);
  if (is_all) filter.query.after = std::max(filter.query.after, known);
  co_return is_all;
}

ports::Answer<void> follow(const EventWorld& world, const Request& request, EventFilter filter) {
  using News = events::EventTail::News;
  for (;;) {
    auto is_all = co_await send_page(world, request, filter);
    if (!is_all) co_return fail(std::move(is_all.error()));
    if (!*is_all) continue;
    const auto news =
        co_await world.outbound.tail().wait(request.caller->tenant, filter.query.after, world.context.clock.boot_now() + kHeartbeat);
    if (news == News::kEnd) co_return model::Result<void>{};
    if (news == News::kEvents) continue;
    if (auto beat = co_await request.exchange->write(kBeat); !beat) co_return beat;
  }
}

ports::Task<Response> stream(EventWorld world, Request& request) {
  auto query = model::parse_form(request.query_text);
  if (!query)
    co_return problem_response({.code = model::Code::kMalformedRequest, .detail = "read the query: it is not form encoded"}, request);
  auto filter = EventFilter::of(*request.caller, *query);
  filter.query.limit = kMostAtOnce;
  auto after = co_await beginning(world, request, *query);
  if (!after) co_return problem_response(after.error(), request);
  filter.query.after = *after;
  auto begun = co_await request.exchange->begin(200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}, std::nullopt);
  if (!begun) co_return problem_response(begun.error(), request);
  if (request.method == "HEAD") co_return Response{.is_streamed = true};
  auto done = co_await request.exchange->write(kBeat);
  if (done) done = co_await follow(world, request, std::move(filter));
  Response response{.is_streamed = true};
  if (done || done.error().code == model::Code::kCallerGone) co_return response;
  response.is_cut = true;
  response.code = model::facts(done.error().code).code;
  response.detail = std::move(done.error().detail);
  response.log = std::move(done.error().log);
  co_return response;
}

}  // namespace

void add_event_stream_route(Router& router, const EventWorld& world) {
  router.add({.method = "GET",
              .path = "/v1/events/stream",
              .needs = scoped({Scope::kEventsRead}),
              .handler = [world](Request& request) { return stream(world, request); },
              .streams = true,
              .labels = {}});
}

}  // namespace valetkey::http
