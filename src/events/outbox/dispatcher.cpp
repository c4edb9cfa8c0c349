#include "events/outbox/dispatcher.hpp"

#include <map>

#include "events/outbox/filter.hpp"

namespace valetkey::events {
namespace {

constexpr const char* kCursor = "dispatcher";
constexpr int kMostEvents = 500;
constexpr std::size_t kMostWrites = 2'000;  // of one unit

/// Changes that are written with an event. The others are found by the next look.
bool comes_with_event(model::Kind kind) {
  using enum model::Kind;
  return kind == kConnection || kind == kCredential || kind == kReceivedRequest || kind == kDestination;
}

}  // namespace

model::Delivery make_delivery(const Context& context, const model::Event& event, const model::DestinationId& destination) {
  const auto now = context.clock.wall_now();
  model::Delivery delivery{.id = ports::new_id<model::DeliveryId>(context.clock, context.random), .tenant = event.tenant};
  delivery.destination = destination;
  delivery.event = event.id;
  delivery.event_sequence = event.sequence;
  delivery.event_type = event.type;
  delivery.due_at = now;
  delivery.created_at = now;
  return delivery;
}

Dispatcher::Dispatcher(Context& context, DestinationCache& destinations, EventTail& tail, Hooks hooks)
    : context_(context),
      destinations_(destinations),
      tail_(tail),
      hooks_(std::move(hooks)),
      rounds_(context.executor, [this] { return round(); }) {
  subscription_ = context.bus.subscribe([this](const ports::Change* change) {
    if (change == nullptr || comes_with_event(change->kind)) wake();
  });
}

ports::Task<void> Dispatcher::round() {
  auto more = co_await dispatch();
  if (!more) {
    context_.log.write(ports::LogLevel::kWarning, "the outbox cannot be read, it is tried again", {{"cause", more.error().detail}});
    co_return;
  }
  if (*more) wake();
}

ports::Answer<model::EventCursor> Dispatcher::cursor() {
  auto stored = co_await context_.records.load_any<model::EventCursor>(kCursor);
  if (stored || stored.error().code != model::Code::kNotFound) co_return stored;
  co_return model::EventCursor{.id = kCursor};
}

ports::Answer<bool> Dispatcher::dispatch() {
  auto at = co_await cursor();
  if (!at) co_return model::fail(std::move(at.error()));
  auto events = co_await context_.store().events({.after = at->sequence, .limit = kMostEvents});
  if (!events) co_return model::fail(std::move(events.error()));
  if (events->empty()) co_return false;

  ports::Unit unit;
  if (at->revision == 0) unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kEventCursor, at->id});
  else unit.preconditions.emplace_back(vault::Records::unchanged(*at));
  std::size_t passed = 0;
  for (const auto& event : *events) {
    if (unit.writes.size() >= kMostWrites) break;
    auto added = co_await add_deliveries(event, unit);
    if (!added && passed == 0) co_return model::fail(std::move(added.error()));
    if (!added) break;
    at->sequence = event.sequence;
    ++passed;
  }
  const bool has_deliveries = !unit.writes.empty();
  unit.writes.emplace_back(context_.records.put(*at));
  auto applied = co_await context_.store().apply(std::move(unit));
  // Another node was faster: the rest is read behind where it is now.
  if (!applied && applied.error().code != model::Code::kPreconditionFailed) co_return model::fail(std::move(applied.error()));
  std::map<model::TenantId, std::int64_t> latest;
  for (std::size_t i = 0; i < passed; ++i) latest[(*events)[i].tenant] = (*events)[i].sequence;
  for (const auto& [tenant, sequence] : latest) tail_.announce(tenant, sequence);
  if (has_deliveries && hooks_.has_deliveries) hooks_.has_deliveries();
  co_return !applied || passed < events->size() || std::cmp_equal(events->size(), kMostEvents);
}

ports::Answer<void> Dispatcher::add_deliveries(const model::Event& event, ports::Unit& unit) {
  if (hooks_.before)
    if (auto done = co_await hooks_.before(event); !done) co_return done;
  auto all = co_await destinations_.of(event.tenant);
  if (!all) co_return model::fail(std::move(all.error()));
  for (const auto& destination : **all)
    if (destination->is_enabled && is_wanted(event, *destination))
      unit.writes.emplace_back(context_.records.put(make_delivery(context_, event, destination->id)));
  co_return model::Result<void>{};
}

}  // namespace valetkey::events
