#include "oauth/background.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <set>

#include "oauth/outbox.hpp"
#include "vault/reseal.hpp"

namespace valetkey::oauth {
namespace {

constexpr model::Seconds kTick{1};
/// Grants of one look; the next look takes the next ones, so that a restart after a day is no stampede.
constexpr int kMostPerLook = 64;
constexpr int kTicksPerSweep = 60;
constexpr int kTicksPerReseal = 3600;

}  // namespace

ports::Task<void> Background::run() {
  for (int tick = 0; !is_stopping_; ++tick) {
    if (auto started = co_await refresh_due(); !started)
      context_.log.write(ports::LogLevel::kWarning, "the refresher cannot read what is due", {{"cause", started.error().detail}});
    if (tick % kTicksPerSweep == 0) co_await sweep();
    if (tick % kTicksPerReseal == kTicksPerReseal - 1)
      if (auto resealed = co_await reseal_retired(); !resealed)
        context_.log.write(ports::LogLevel::kWarning, "fields under retired data keys could not be sealed anew",
                           {{"cause", resealed.error().detail}});
    co_await context_.clock.sleep_until(context_.clock.boot_now() + kTick);
  }
}

ports::Answer<int> Background::refresh_due() {
  if (context_.is_on_hold) co_return 0;
  const auto now = context_.clock.wall_now();
  auto due = co_await context_.records.find<model::Grant>({.at_most = {{"due_at", model::to_unix_ms(now)}}, .limit = kMostPerLook});
  if (!due) co_return model::fail(std::move(due.error()));
  int started = 0;
  for (auto& grant : *due) {
    if (refresher_.is_running(grant.id)) continue;
    ++started;
    boost::asio::co_spawn(context_.executor, look_after(std::move(grant)), boost::asio::detached);
  }
  co_return started;
}

ports::Task<void> Background::look_after(model::Grant grant) {
  if (auto announced = co_await announce_expiring(grant); !announced) co_return;
  const auto refreshed = (co_await refresher_.refresh({grant.tenant, grant.connection, grant.id}, {.is_background = true})).state;
  // Whoever could not be helped (a connection that waits, a rejected client) is looked at again later, not every second.
  auto stored = co_await context_.records.load<model::Grant>(grant.tenant, grant.id.str());
  const auto now = context_.clock.wall_now();
  if (!stored || !stored->due_at || *stored->due_at > now) co_return;
  const bool may_come_back = refreshed.has_value() || model::facts(refreshed.error().code).actor != model::Actor::kEndUser;
  const auto expected = vault::Records::unchanged(*stored);
  const auto wait = refreshed ? context_.refresh.first_backoff : refreshed.error().retry_after.value_or(context_.refresh.client_probe);
  stored->due_at = may_come_back ? std::optional(now + wait) : std::nullopt;
  (void)co_await context_.store().apply({.preconditions = {expected}, .writes = {context_.records.put(*stored)}});
}

ports::Answer<void> Background::announce_expiring(const model::Grant& grant) {
  const auto now = context_.clock.wall_now();
  const bool is_near = grant.refresh_expires_at && *grant.refresh_expires_at - context_.refresh.expiring_notice <= now;
  if (!is_near || grant.expiring_announced) co_return model::Result<void>{};
  auto state = co_await read_state(context_, grant.tenant, grant.connection);
  if (!state) co_return model::fail(std::move(state.error()));
  if (state->grant.id != grant.id || state->grant.expiring_announced) co_return model::Result<void>{};
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(state->grant));
  state->grant.expiring_announced = true;
  state->grant.due_at = due_at(state->grant, state->client.integration, context_.refresh, now, context_.random.fraction());
  unit.writes.emplace_back(context_.records.put(state->grant));
  unit.events.push_back(connection_event(context_, "connection.expiring", state->connection,
                                         {{"refresh_expires_at", model::to_rfc3339(*state->grant.refresh_expires_at)}}));
  co_return co_await context_.store().apply(std::move(unit));
}

ports::Task<void> Background::sweep() {
  (void)co_await ConnectSessions(context_).end_expired();
  const auto now = context_.clock.wall_now();
  const auto now_ms = model::to_unix_ms(now);
  const auto reads_before = std::chrono::duration_cast<std::chrono::minutes>((now - retention_.token_reads).time_since_epoch()).count();
  ports::Unit unit;
  unit.writes.emplace_back(ports::EraseExpired{model::Kind::kFlow, "expires_at", now_ms});
  unit.writes.emplace_back(ports::EraseExpired{model::Kind::kIdempotency, "expires_at", now_ms});
  unit.writes.emplace_back(ports::EraseExpired{model::Kind::kTokenReads, "minute", reads_before});
  if (auto swept = co_await context_.store().apply(std::move(unit)); !swept)
    context_.log.write(ports::LogLevel::kWarning, "what has ended could not be erased, it is tried again",
                       {{"cause", swept.error().detail}});
}

ports::Answer<void> Background::reseal_retired() {
  auto retired =
      co_await context_.store().find({.kind = model::Kind::kDataKey, .equal = {{"state", std::string("retired")}}, .limit = 200});
  if (!retired) co_return model::fail(std::move(retired.error()));
  std::set<std::string> tenants;
  for (const auto& key : *retired) tenants.insert(key.tenant);
  vault::Reseal reseal(context_.records, context_.keys, context_.clock, context_.rescue);
  for (const auto& tenant : tenants)
    if (auto report = co_await reseal.run(model::TenantId{tenant}); !report) co_return model::fail(std::move(report.error()));
  co_return model::Result<void>{};
}

}  // namespace valetkey::oauth
