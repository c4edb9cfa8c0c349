#include "events/delivery/sender.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include "events/outbox/filter.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

constexpr int kMostDue = 512;                // read at a time
constexpr std::size_t kMostWaiting = 256;    // in memory, of one destination
constexpr std::size_t kMostKnown = 16'384;
constexpr model::Seconds kStoreAway{1};

}  // namespace

Sender::Sender(Context& context, DestinationCache& destinations, Breakers& breakers, SenderSettings settings)
    : context_(context),
      destinations_(destinations),
      breakers_(breakers),
      settings_(settings),
      rounds_(context.executor, [this] { return round(); }) {}

ports::Task<void> Sender::round() {
  if (settings_.is_on_hold && settings_.is_on_hold()) co_return;
  if (auto fetched = co_await fetch(); !fetched)
    context_.log.write(ports::LogLevel::kWarning, "what is due cannot be read, it is tried again", {{"cause", fetched.error().detail}});
  begin_what_fits();
}

/// What has been due longest first. Where that is all of destinations that take no more now, a walk in the order of ids finds the others.
ports::Answer<void> Sender::fetch() {
  is_reading_ = true;
  auto read = co_await read_due();
  is_reading_ = false;
  left_.clear();
  co_return read;
}

ports::Answer<void> Sender::read_due() {
  if (known_.size() >= kMostKnown) co_return model::Result<void>{};
  const auto now = model::to_unix_ms(context_.clock.wall_now());
  const int limit = kMostDue + static_cast<int>(known_.size());
  auto due = co_await context_.records.find<model::Delivery>({.at_most = {{"due_at", now}}, .limit = limit, .by_due = true});
  if (!due) co_return model::fail(std::move(due.error()));
  const bool is_all = std::cmp_less(due->size(), limit);
  if (take_in(std::move(*due)) || is_all || under_way_ >= settings_.at_once) co_return model::Result<void>{};
  auto others = co_await context_.records.find<model::Delivery>({.at_most = {{"due_at", now}}, .after = walked_to_, .limit = kMostDue});
  if (!others) co_return model::fail(std::move(others.error()));
  walked_to_ = std::cmp_less(others->size(), kMostDue) ? std::string() : others->back().id.str();
  take_in(std::move(*others));
  co_return model::Result<void>{};
}

/// Whether any was new and has a place.
bool Sender::take_in(std::vector<model::Delivery> due) {
  bool took = false;
  for (auto& delivery : due) {
    if (known_.contains(delivery.id) || left_.contains(delivery.id)) continue;
    auto& lane = lanes_[delivery.destination];
    if (lane.waiting.size() >= kMostWaiting) continue;
    took = true;
    known_.insert(delivery.id);
    lane.waiting.push_back(std::move(delivery));
  }
  return took;
}

/// What is read while it ends may still show it as due.
void Sender::let_go(const model::DeliveryId& id) {
  known_.erase(id);
  if (is_reading_) left_.insert(id);
}

/// One of each destination in turn, until all places are taken.
void Sender::begin_what_fits() {
  for (bool began = true; began && !rounds_.is_stopping();) {
    began = false;
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
      const auto at = lane++;
      if (under_way_ < settings_.at_once) began = begin_one(at) || began;
      if (at->second.waiting.empty() && at->second.under_way == 0) lanes_.erase(at);
    }
  }
}

bool Sender::begin_one(Lanes::iterator at) {
  auto& [destination, lane] = *at;
  if (lane.waiting.empty() || lane.under_way >= settings_.at_once_per_destination) return false;
  const auto permit = breakers_.ask(destination, context_.clock.boot_now());
  if (permit == Breaker::Permit::kWait) {
    // While the probe is under way the others wait here for what it finds.
    if (breakers_.state(destination) == BreakerState::kOpen) put_off(lane, destination);
    return false;
  }
  ++lane.under_way;
  ++under_way_;
  auto delivery = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  boost::asio::co_spawn(context_.executor, send(std::move(delivery), permit), boost::asio::detached);
  return true;
}

void Sender::put_off(Lane& lane, const model::DestinationId& destination) {
  const auto left = std::chrono::ceil<model::Milliseconds>(breakers_.open_until(destination) - context_.clock.boot_now());
  std::vector<model::Delivery> deliveries(std::make_move_iterator(lane.waiting.begin()), std::make_move_iterator(lane.waiting.end()));
  lane.waiting.clear();
  boost::asio::co_spawn(context_.executor, save_put_off(std::move(deliveries), std::max(left, model::Milliseconds{0})),
                        boost::asio::detached);
}

ports::Task<void> Sender::save_put_off(std::vector<model::Delivery> deliveries, model::Milliseconds wait) {
  ports::Unit unit;
  for (auto& delivery : deliveries) {
    delivery.due_at = context_.clock.wall_now() + wait;
    unit.preconditions.emplace_back(vault::Records::unchanged(delivery));
    unit.writes.emplace_back(context_.records.put(delivery));
  }
  // One that was changed meanwhile leaves all as they are: they are read again.
  (void)co_await context_.store().apply(std::move(unit));
  for (const auto& delivery : deliveries) let_go(delivery.id);
}

ports::Task<void> Sender::send(model::Delivery delivery, Breaker::Permit permit) {
  const auto destination = delivery.destination;
  const auto id = delivery.id;
  auto done = co_await deliver(delivery, permit);
  breakers_.returned(destination, permit);
  if (!done) {
    context_.log.write(ports::LogLevel::kWarning, "a delivery could not be made or kept, it is tried again",
                       {{"delivery", id.str()}, {"destination", destination.str()}, {"cause", done.error().detail}});
    // Not at once: what lies here is no better in a moment.
    co_await context_.clock.sleep_until(context_.clock.boot_now() + kStoreAway);
  }
  let_go(id);
  --under_way_;
  if (const auto lane = lanes_.find(destination); lane != lanes_.end()) --lane->second.under_way;
  begin_what_fits();
  if (known_.size() <= under_way_) wake();
}

/// `permit` is kSend once the breaker was told.
ports::Answer<void> Sender::deliver(model::Delivery& delivery, Breaker::Permit& permit) {
  auto destination = co_await destinations_.find(delivery.tenant, delivery.destination);
  if (!destination) co_return model::fail(std::move(destination.error()));
  if (!*destination || !(*destination)->is_enabled) co_return co_await cancel(delivery);
  auto events = co_await context_.store().events({.tenant = delivery.tenant.str(), .limit = 1, .id = delivery.event.str()});
  if (!events) co_return model::fail(std::move(events.error()));
  if (events->empty()) co_return co_await cancel(delivery);  // past its retention
  auto attempted = co_await attempt(context_, **destination, events->front());
  if (!attempted && attempted.error().code != model::Code::kIntegrity) co_return model::fail(std::move(attempted.error()));
  // What does not open is no better in a moment: it goes down the ladder like an answer that is no good.
  if (!attempted) attempted = Attempted{.record = {.at = context_.clock.wall_now(), .error = "integrity"}};
  co_return co_await record(delivery, std::move(*attempted), permit, **destination);
}

ports::Answer<void> Sender::cancel(model::Delivery& delivery) {
  delivery.state = model::DeliveryState::kCancelled;
  delivery.due_at = std::nullopt;
  context_.metrics.count("valetkey_deliveries_total", "cancelled");
  co_return co_await save(delivery, {});
}

ports::Answer<void> Sender::record(model::Delivery& delivery, Attempted attempted, Breaker::Permit& permit,
                                   const model::Destination& destination) {
  const auto outcome = settle(delivery, attempted, context_.clock.wall_now(), context_.random.fraction());
  tell_breaker(delivery.destination, outcome, attempted, permit);
  context_.metrics.observe("valetkey_delivery_seconds", "", static_cast<double>(attempted.record.duration_ms) / 1000);
  constexpr std::string_view kOutcomes[] = {"delivered", "retried", "dead", "gone"};
  context_.metrics.count("valetkey_deliveries_total", kOutcomes[static_cast<std::size_t>(outcome)]);
  delivery.reply = {};
  if (!attempted.reply.empty()) {
    auto sealed = co_await context_.keys.seal(vault::delivery_reply_place(delivery), model::Secret(std::move(attempted.reply)));
    if (!sealed) co_return model::fail(std::move(sealed.error()));
    delivery.reply = std::move(*sealed);
  }
  std::vector<model::Event> events;
  if (delivery.state == model::DeliveryState::kDead && !is_about_delivery(delivery.event_type))
    events.push_back(destination_event(context_, "delivery.dead", delivery.tenant, delivery.destination,
                                       {{"delivery", delivery.id.str()},
                                        {"event", delivery.event.str()},
                                        {"event_type", delivery.event_type},
                                        {"attempts", delivery.attempts},
                                        {"error", attempted.record.error},
                                        {"status", attempted.record.status}}));
  if (auto saved = co_await save(delivery, std::move(events)); !saved) co_return saved;
  if (outcome == Outcome::kGone) co_return co_await disable(destination.id, destination.tenant);
  co_return model::Result<void>{};
}

void Sender::tell_breaker(const model::DestinationId& destination, Outcome outcome, const Attempted& attempted, Breaker::Permit& permit) {
  if (outcome == Outcome::kDelivered) breakers_.succeeded(destination);
  // One that answers "later" is alive, and is asked less by that already.
  else if (!attempted.retry_after) breakers_.failed(destination, permit, context_.clock.boot_now(), context_.random.fraction());
  else breakers_.returned(destination, permit);
  permit = Breaker::Permit::kSend;
  const std::lock_guard lock(last_mutex_);
  if (last_.size() >= kMostKnown) last_.clear();
  auto& last = last_[destination];
  (outcome == Outcome::kDelivered ? last.success_at : last.failure_at) = attempted.record.at;
}

LastAttempts Sender::last_of(const model::DestinationId& destination) const {
  const std::lock_guard lock(last_mutex_);
  const auto found = last_.find(destination);
  return found == last_.end() ? LastAttempts{} : found->second;
}

/// What came of an attempt is kept, however long the store is away: else it would be made again and again.
ports::Answer<void> Sender::save(const model::Delivery& delivery, std::vector<model::Event> events) {
  for (;;) {
    auto saved = co_await context_.store().apply(
        {.preconditions = {vault::Records::unchanged(delivery)}, .writes = {context_.records.put(delivery)}, .events = events});
    // Somebody changed it meanwhile, such as a replay: that holds.
    if (!saved && saved.error().code == model::Code::kPreconditionFailed) co_return model::Result<void>{};
    if (saved || !model::is_store_down(saved.error()) || rounds_.is_stopping()) co_return saved;
    co_await context_.clock.sleep_until(context_.clock.boot_now() + kStoreAway);
  }
}

ports::Answer<void> Sender::disable(model::DestinationId id, model::TenantId tenant) {
  auto destination = co_await context_.records.load<model::Destination>(tenant, id.str());
  if (!destination && destination.error().code == model::Code::kNotFound) co_return model::Result<void>{};
  if (!destination) co_return model::fail(std::move(destination.error()));
  if (!destination->is_enabled) co_return model::Result<void>{};
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(*destination));
  destination->is_enabled = false;
  destination->disabled_reason = "gone";
  destination->updated_at = context_.clock.wall_now();
  unit.writes.emplace_back(context_.records.put(*destination));
  unit.events.push_back(destination_event(context_, "destination.disabled", tenant, id, {{"reason", "gone"}}));
  auto disabled = co_await context_.store().apply(std::move(unit));
  if (disabled) cancel_pending(tenant, id);
  // Whoever changed it in between wins; the next answer says the same again.
  if (!disabled && disabled.error().code == model::Code::kPreconditionFailed) co_return model::Result<void>{};
  co_return disabled;
}

void Sender::cancel_pending(const model::TenantId& tenant, const model::DestinationId& destination) {
  boost::asio::co_spawn(context_.executor, cancel_all(tenant, destination), boost::asio::detached);
}

ports::Task<void> Sender::cancel_all(model::TenantId tenant, model::DestinationId destination) {
  ports::Query query{.tenant = tenant.str(), .equal = {{"destination", destination.str()}, {"state", std::string("pending")}}};
  for (bool is_last = false; !is_last;) {
    auto current = co_await destinations_.find(tenant, destination);
    if (!current || (*current && (*current)->is_enabled)) co_return;
    auto page = co_await context_.records.find<model::Delivery>(query);
    if (!page) co_return;  // what is left is cancelled when it is due
    is_last = std::cmp_less(page->size(), query.limit);
    std::vector<ports::Task<void>> all;
    for (auto& delivery : *page) {
      query.after = delivery.id.str();
      if (known_.contains(delivery.id)) continue;
      all.push_back(
          [](Sender& self, model::Delivery each) -> ports::Task<void> { (void)co_await self.cancel(each); }(*this, std::move(delivery)));
    }
    co_await side_by_side(std::move(all));
  }
}

model::Event destination_event(const Context& context, std::string_view type, const model::TenantId& tenant,
                               const model::DestinationId& destination, boost::json::object details) {
  model::Event event{.id = ports::new_id<model::EventId>(context.clock, context.random), .tenant = tenant, .type = std::string(type)};
  details["destination"] = destination.str();
  event.payload = boost::json::serialize(details);
  event.occurred_at = context.clock.wall_now();
  return event;
}

}  // namespace valetkey::events
