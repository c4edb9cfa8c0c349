#include "events/delivery/replay.hpp"

#include <algorithm>
#include <charconv>

#include "events/outbox/filter.hpp"
#include "model/enum_spelling.hpp"

namespace valetkey::events {
namespace {

using model::Code;
using model::fail;
using Deliveries = std::vector<model::Delivery>;

constexpr int kMostAtOnce = 500;
constexpr int kMostRaces = 20;

bool is_wanted_type(const ReplayFilter& filter, std::string_view type) {
  return filter.types.empty() || std::ranges::any_of(filter.types, [&](const auto& wanted) { return is_type(type, wanted); });
}

bool is_wanted_time(const ReplayFilter& filter, model::WallTime at) {
  return (!filter.since || at >= *filter.since) && (!filter.until || at < *filter.until);
}

}  // namespace

void Replay::again(model::Delivery delivery, ports::Unit& unit, Deliveries& out) {
  if (delivery.revision == 0) unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kDelivery, delivery.id.str()});
  else unit.preconditions.emplace_back(vault::Records::unchanged(delivery));
  delivery.state = model::DeliveryState::kPending;
  delivery.due_at = context_.clock.wall_now();
  delivery.attempts = 0;
  delivery.is_replay = true;
  unit.writes.emplace_back(context_.records.put(delivery));
  out.push_back(std::move(delivery));
}

ports::Answer<std::int64_t> Replay::save(const Collect& collect, const Alongside& alongside) {
  for (int race = 0;; ++race) {
    ports::Unit unit;
    Deliveries deliveries;
    if (auto collected = co_await collect(unit, deliveries); !collected) co_return fail(std::move(collected.error()));
    if (alongside) alongside(unit, deliveries);
    auto saved = co_await context_.store().apply(std::move(unit));
    if (!saved && saved.error().code == Code::kPreconditionFailed && race < kMostRaces) continue;
    if (!saved && saved.error().code == Code::kPreconditionFailed)
      co_return fail(Code::kConflict, "replay: the deliveries kept changing; try again", std::move(saved.error().log));
    if (!saved) co_return fail(model::in_context(std::move(saved.error()), "replay"));
    outbound_.sender().wake();
    co_return static_cast<std::int64_t>(deliveries.size());
  }
}

ports::Answer<void> Replay::add(const model::Event& event, const model::DestinationId& destination, ports::Unit& unit, Deliveries& out) {
  auto before =
      co_await context_.records.find<model::Delivery>({.tenant = event.tenant.str(), .equal = {{"event", event.id.str()}}, .limit = 1000});
  if (!before) co_return fail(std::move(before.error()));
  const auto known = std::ranges::find(*before, destination, &model::Delivery::destination);
  again(known == before->end() ? make_delivery(context_, event, destination) : std::move(*known), unit, out);
  co_return model::Result<void>{};
}

ports::Answer<std::vector<DestinationPtr>> Replay::targets(const model::Event& event, const std::optional<std::string>& destination) {
  if (destination) {
    auto one = co_await outbound_.destinations().find(event.tenant, model::DestinationId{*destination});
    if (!one) co_return fail(std::move(one.error()));
    if (!*one) co_return fail(Code::kNotFound, "no such destination");
    if (!(*one)->is_enabled) co_return fail(Code::kConflict, "replay: the destination is disabled");
    co_return std::vector{*one};
  }
  auto all = co_await outbound_.destinations().of(event.tenant);
  if (!all) co_return fail(std::move(all.error()));
  std::vector<DestinationPtr> out;
  for (const auto& each : **all)
    if (each->is_enabled && is_wanted(event, *each)) out.push_back(each);
  co_return out;
}

ports::Answer<void> Replay::event(const model::Event& event, std::optional<std::string> destination, Alongside alongside) {
  auto to = co_await targets(event, destination);
  if (!to) co_return fail(std::move(to.error()));
  auto collect = [&](ports::Unit& unit, Deliveries& out) -> ports::Answer<void> {
    for (const auto& each : *to)
      if (auto added = co_await add(event, each->id, unit, out); !added) co_return added;
    co_return model::Result<void>{};
  };
  auto saved = co_await save(collect, alongside);
  if (!saved) co_return fail(std::move(saved.error()));
  co_return model::Result<void>{};
}

ports::Answer<void> Replay::delivery(model::Delivery delivery, Alongside alongside) {
  auto destination = co_await outbound_.destinations().find(delivery.tenant, delivery.destination);
  if (!destination) co_return fail(std::move(destination.error()));
  if (!*destination || !(*destination)->is_enabled) co_return fail(Code::kConflict, "replay: the destination is disabled or gone");
  auto collect = [&](ports::Unit& unit, Deliveries& out) -> ports::Answer<void> {
    auto now = co_await context_.records.load<model::Delivery>(delivery.tenant, delivery.id.str());
    if (!now) co_return fail(std::move(now.error()));
    again(std::move(*now), unit, out);
    co_return model::Result<void>{};
  };
  auto saved = co_await save(collect, alongside);
  if (!saved) co_return fail(std::move(saved.error()));
  co_return model::Result<void>{};
}

ports::Answer<ReplayedPage> Replay::many(const model::Destination& destination, ReplayFilter filter, Alongside alongside) {
  if (!destination.is_enabled) co_return fail(Code::kConflict, "replay: the destination is disabled");
  ReplayedPage page;
  auto collect = [&](ports::Unit& unit, Deliveries& out) -> ports::Answer<void> {
    auto next =
        filter.state ? co_await add_deliveries(destination, filter, unit, out) : co_await add_events(destination, filter, unit, out);
    if (!next) co_return fail(std::move(next.error()));
    page.next = std::move(*next);
    co_return model::Result<void>{};
  };
  auto saved = co_await save(collect, alongside);
  if (!saved) co_return fail(std::move(saved.error()));
  page.replayed = *saved;
  co_return page;
}

ports::Answer<std::string> Replay::add_deliveries(const model::Destination& destination, const ReplayFilter& filter, ports::Unit& unit,
                                                  Deliveries& out) {
  auto page = co_await context_.records.find<model::Delivery>(
      {.tenant = destination.tenant.str(),
       .equal = {{"destination", destination.id.str()}, {"state", std::string(model::spelling(*filter.state))}},
       .after = filter.after,
       .limit = kMostAtOnce});
  if (!page) co_return fail(std::move(page.error()));
  std::string next = std::cmp_less(page->size(), kMostAtOnce) ? std::string() : page->back().id.str();
  for (auto& delivery : *page)
    if (is_wanted_type(filter, delivery.event_type) && is_wanted_time(filter, delivery.created_at)) again(std::move(delivery), unit, out);
  co_return next;
}

ports::Answer<std::string> Replay::add_events(const model::Destination& destination, const ReplayFilter& filter, ports::Unit& unit,
                                              Deliveries& out) {
  ports::EventQuery query{.tenant = destination.tenant.str(), .limit = kMostAtOnce};
  query.since = filter.since;
  query.until = filter.until;
  std::from_chars(filter.after.data(), filter.after.data() + filter.after.size(), query.after);
  auto page = co_await context_.store().events(std::move(query));
  if (!page) co_return fail(std::move(page.error()));
  std::string next = std::cmp_less(page->size(), kMostAtOnce) ? std::string() : std::to_string(page->back().sequence);
  for (const auto& event : *page) {
    if (!is_wanted(event, destination) || !is_wanted_type(filter, event.type)) continue;
    if (auto added = co_await add(event, destination.id, unit, out); !added) co_return fail(std::move(added.error()));
  }
  co_return next;
}

}  // namespace valetkey::events
