#include "events/outbound.hpp"

namespace valetkey::events {
namespace {

constexpr model::Seconds kTick{1};
constexpr int kTicksPerSweep = 10;
constexpr int kMostErased = 2'000;   // of one unit
constexpr int kMostBatches = 25;     // of one sweep and kind

}  // namespace

Outbound::Outbound(Context& context, Publisher::Hooks hooks, Settings settings)
    : context_(context),
      settings_(std::move(settings)),
      destinations_(context),
      publisher_(context, std::move(hooks)),
      sender_(context, destinations_, breakers_, settings_.sender),
      dispatcher_(context, destinations_, tail_,
                  {.before = [this](const model::Event& event) { return before(event); }, .has_deliveries = [this] { sender_.wake(); }}) {}

ports::Task<void> Outbound::run() {
  for (int tick = 0; !is_stopping_; ++tick) {
    publisher_.wake();
    dispatcher_.wake();
    sender_.wake();
    tail_.tick(context_.clock.boot_now());
    context_.metrics.gauge("valetkey_deliveries_under_way", "", static_cast<double>(sender_.under_way()));
    context_.metrics.gauge("valetkey_breakers_open", "", static_cast<double>(breakers_.open_ones()));
    context_.metrics.gauge("valetkey_event_followers", "", static_cast<double>(tail_.waiting()));
    if (tick % kTicksPerSweep == 0)
      if (auto swept = co_await sweep(); !swept)
        context_.log.write(ports::LogLevel::kWarning, "what is past its retention could not be erased, it is tried again",
                           {{"cause", swept.error().detail}});
    co_await context_.clock.sleep_until(context_.clock.boot_now() + kTick);
  }
}

void Outbound::stop() {
  is_stopping_ = true;
  publisher_.stop();
  dispatcher_.stop();
  sender_.stop();
  tail_.close();
}

/// A connection that takes events now may be what earlier ones waited for.
ports::Answer<void> Outbound::before(const model::Event& event) {
  if (!event.type.starts_with("connection.") || event.connection.empty()) co_return model::Result<void>{};
  auto connection = co_await context_.records.load<model::Connection>(event.tenant, event.connection);
  // One that cannot be read keeps no other event waiting.
  if (!connection && !model::is_store_down(connection.error())) co_return model::Result<void>{};
  if (!connection) co_return model::fail(std::move(connection.error()));
  co_return co_await publisher_.match(*connection);
}

ports::Answer<void> Outbound::sweep() {
  const auto now = context_.clock.wall_now();
  const auto before = now - settings_.retention;
  if (auto done = co_await erase_rows(model::Kind::kReceivedRequest, "received_at", before); !done) co_return done;
  if (auto done = co_await erase_rows(model::Kind::kDelivery, "created_at", before); !done) co_return done;
  if (auto done = co_await erase_rows(model::Kind::kSeenEvent, "expires_at", now); !done) co_return done;
  co_return co_await erase_events(before);
}

/// Looks before it writes: an idle broker commits nothing.
ports::Answer<void> Outbound::erase_rows(model::Kind kind, std::string_view column, model::WallTime at_most) {
  const auto bound = model::to_unix_ms(at_most);
  for (int batch = 0; batch < kMostBatches && !is_stopping_; ++batch) {
    auto found = co_await context_.store().find({.kind = kind, .at_most = {{column, bound}}, .limit = 1, .by_due = true});
    if (!found) co_return model::fail(std::move(found.error()));
    if (found->empty()) break;
    auto erased = co_await context_.store().apply({.writes = {ports::EraseExpired{kind, column, bound, kMostErased}}});
    if (!erased) co_return erased;
  }
  co_return model::Result<void>{};
}

ports::Answer<void> Outbound::erase_events(model::WallTime before) {
  for (int batch = 0; batch < kMostBatches && !is_stopping_; ++batch) {
    auto first = co_await context_.store().events({.limit = 1});
    if (!first) co_return model::fail(std::move(first.error()));
    if (first->empty() || first->front().occurred_at >= before) break;
    auto erased = co_await context_.store().apply({.writes = {ports::EraseEvents{"", before, kMostErased}}});
    if (!erased) co_return erased;
  }
  co_return model::Result<void>{};
}

}  // namespace valetkey::events
