#include "oauth/refresher.hpp"

#include "oauth/grant_tokens.hpp"
#include "oauth/outbox.hpp"
#include "oauth/refresh_failure.hpp"
#include "oauth/refresh_label.hpp"
#include "oauth/refresh_request.hpp"
#include "oauth/refresh_save.hpp"
#include "oauth/token_endpoint.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;

/// How long the guard looks for another node's result before it answers "busy".
constexpr model::Seconds kPatience{5};
constexpr model::Milliseconds kPoll{200};
/// A compare-and-set that is lost this often is a bug, not a race.
constexpr int kMostRounds = 20;

bool is_superseded(const GrantState& state, const GrantKey& key) { return state.grant.id != key.grant; }

/// The server refuses an audience that it never gave a token for (RFC 8707 section 2): the caller's fault, and no other reader's loss.
bool is_about_audience(const GrantState& state, const Need& need, const TokenFailure& failure) {
  const bool is_new = need.audience != state.grant.audience && find_token(state.grant, need.name, need.audience) == nullptr;
  return failure.meaning == Meaning::kRejected && is_new;
}

model::Error audience_error(const GrantState& state, const TokenFailure& failure) {
  return {.code = Code::kProviderRejected,
          .detail = fmt::format("token of connection {} at {}: the server gives no token for this audience: {} {}",
                                state.connection.id.str(), state.client.integration.slug, failure.code, failure.description),
          .fields = {{"/audience", "is refused by the server"}}};
}

}  // namespace

std::string lease_name(const model::GrantId& grant) { return "grant:" + grant.str(); }

ports::Task<Refreshed> Refresher::refresh(GrantKey key, Need need) {
  const auto name = key.grant.str();
  const auto began = context_.clock.boot_now();
  const auto was_own = std::make_shared<bool>(false);
  auto shared = co_await flights_.run(name, [this, was_own, key = std::move(key), need = std::move(need)](Flight::Settle settle) {
    *was_own = true;
    return work(key, need, std::move(settle));
  });
  context_.metrics.observe("valetkey_guard_wait_seconds", *was_own ? "own" : "joined",
                           std::chrono::duration<double>(context_.clock.boot_now() - began).count());
  co_return Refreshed{*shared, *was_own};
}

ports::Answer<void> Refresher::exclusively(GrantKey key, std::function<ports::Answer<void>()> work) {
  // A flight of a refresh may be under way: wait for it, then try to be the next one.
  for (;;) {
    auto did_run = std::make_shared<bool>(false);
    auto result = std::make_shared<model::Result<void>>();
    (void)co_await flights_.run(key.grant.str(), [did_run, result, work](Flight::Settle) -> ports::Task<Outcome> {
      *did_run = true;
      *result = co_await work();
      // Readers who joined meanwhile read again and find what the work left.
      co_return model::fail(Code::kProviderUnavailable, "the grant was being changed; read again");
    });
    if (*did_run) co_return *result;
  }
}

ports::Task<Refresher::Outcome> Refresher::work(GrantKey key, Need need, Flight::Settle settle) {
  for (int round = 0; round < kMostRounds; ++round) {
    auto state = co_await read_state(context_, key.tenant, key.connection);
    if (!state) co_return model::fail(std::move(state.error()));
    if (is_superseded(*state, key)) co_return std::move(*state);
    auto decision = plan(state->plan_input(context_), need);
    if (auto* refused = std::get_if<Refuse>(&decision)) co_return model::fail(std::move(refused->error));
    const auto* serve = std::get_if<Serve>(&decision);
    if (serve != nullptr && !serve->should_refresh) co_return std::move(*state);
    bool should_repeat = false;
    auto outcome = co_await spend(std::move(*state), need, settle, should_repeat);
    if (!should_repeat) co_return outcome;
  }
  co_return model::fail(Code::kStoreBusy, fmt::format("refresh connection {}: the record kept changing, try again", key.connection.str()));
}

ports::Task<Refresher::Outcome> Refresher::spend(GrantState state, Need need, Flight::Settle settle, bool& should_repeat) {
  auto permit = co_await context_.budget.acquire(budget_owner(state.client, state.client.integration.token_url));
  // What comes back must be sealed even if the store goes away meanwhile.
  if (auto ready = co_await context_.keys.prepare(vault::Purpose::kSecrets, state.grant.tenant); !ready)
    co_return model::fail(std::move(ready.error()));
  auto started = co_await start(state);
  if (!started) {
    if (started.error().code == Code::kPreconditionFailed) {
      should_repeat = true;  // somebody wrote the record since it was read: decide again
      co_return std::move(state);
    }
    if (started.error().code == Code::kConflict) {
      auto waited = co_await wait_for_other_node(state);
      should_repeat = waited.has_value();
      co_return waited;
    }
    co_return model::fail(std::move(started.error()));
  }
  const auto generation_spent = state.grant.generation;
  const auto sent_at = context_.clock.wall_now();
  auto answer = co_await send(state, need, *started);
  permit.reset();
  if (!answer) {
    // Nothing left the house: a seal that does not open, a URL that does not fill.
    co_return co_await take_back(std::move(state), *started, std::move(answer.error()));
  }
  if (!*answer) {
    if (is_about_audience(state, need, answer->error())) {
      auto error = audience_error(state, answer->error());
      co_return co_await take_back(std::move(state), *started, std::move(error));
    }
    state.grant.attempt = started->attempt_before;
    context_.metrics.count("valetkey_refreshes_total", refresh_label(answer->error().meaning, need));
    co_return co_await save_failure(std::move(state), answer->error(), should_repeat);
  }
  const Asked asked{.scopes = state.grant.scopes, .audience = need.audience, .sent_at = sent_at};
  for (;;) {
    auto renewed = co_await with_tokens(context_, state.client, state.grant, generation_spent + 1, **answer, asked);
    if (renewed) {
      state.grant = std::move(*renewed);
      break;
    }
    // Sealing needs the store now and then (a new data key, a block of seals). The answer is the only copy: it waits here for the store.
    if (!model::is_store_down(renewed.error())) co_return model::fail(std::move(renewed.error()));
    settle(model::fail(std::move(renewed.error())));
    co_await context_.clock.sleep_until(context_.clock.boot_now() + context_.refresh.first_backoff);
  }
  context_.metrics.count("valetkey_refreshes_total", refresh_label(std::nullopt, need));
  co_return co_await save_renewed(context_, std::move(state), generation_spent,
                                  [&settle](model::Error error) { settle(model::fail(std::move(error))); });
}

ports::Task<Refresher::Outcome> Refresher::take_back(GrantState state, Started started, model::Error error) {
  state.grant.attempt = started.attempt_before;
  auto undone = co_await context_.store().apply(
      {.preconditions = {ports::Expect{model::Kind::kGrant, state.grant.id.str(), "generation", state.grant.generation}},
       .writes = {context_.records.put(state.grant), ports::DropLease{lease_name(state.grant.id), context_.owner}}});
  co_return model::fail(undone ? std::move(error) : std::move(undone.error()));
}

ports::Answer<Refresher::Started> Refresher::start(GrantState& state) {
  Started started{.attempt_before = state.grant.attempt};
  const auto now = context_.clock.wall_now();
  // The holder counts its lease from before the store was asked, so that it never believes in it for longer than the store does.
  started.must_end_by = context_.clock.boot_now() + context_.refresh.lease;
  started.grant = state.grant;
  started.grant.attempt = model::Attempt::kStarted;
  started.grant.attempt_at = now;
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(state.grant));
  unit.writes.emplace_back(ports::TakeLease{lease_name(state.grant.id), context_.owner, state.grant.tenant.str(), context_.refresh.lease});
  unit.writes.emplace_back(context_.records.put(started.grant));
  auto& credential = state.client.credential;
  if (credential.client_error) {  // the half-open probe is one request: whoever writes this first sends it
    unit.preconditions.emplace_back(vault::Records::unchanged(credential));
    credential.client_error->next_probe_at = next_probe_at(credential.client_error->since, now, context_.refresh);
    unit.writes.emplace_back(context_.records.put(credential));
  }
  auto applied = co_await context_.store().apply(std::move(unit));
  if (!applied) co_return model::fail(std::move(applied.error()));
  ++state.grant.revision;
  state.grant.attempt_at = now;
  if (credential.client_error) ++credential.revision;
  co_return started;
}

ports::Task<Refresher::Outcome> Refresher::wait_for_other_node(const GrantState& state) {
  const auto patience_ends = context_.clock.boot_now() + kPatience;
  while (context_.clock.boot_now() < patience_ends) {
    co_await context_.clock.sleep_until(context_.clock.boot_now() + kPoll);
    auto now = co_await read_state(context_, state.grant.tenant, state.connection.id);
    if (!now) co_return model::fail(std::move(now.error()));
    if (now->grant.revision != state.grant.revision || now->grant.id != state.grant.id) co_return now;
  }
  co_return model::fail(
      {.code = Code::kProviderUnavailable,
       .detail = fmt::format("refresh connection {}: a request of another node, or of this one before it was restarted, may "
                             "still be under way",
                             state.connection.id.str()),
       .retry_after = context_.refresh.lease});
}

ports::Answer<std::expected<TokenAnswer, TokenFailure>> Refresher::send(const GrantState& state, const Need& need, const Started& started) {
  auto exchange_of = co_await refresh_exchange(context_, state, need.audience);
  if (!exchange_of) co_return model::fail(std::move(exchange_of.error()));
  const auto request_ends = context_.clock.boot_now() + context_.refresh.request_deadline;
  exchange_of->may_send = [this, request_ends, lease_ends = started.must_end_by] {
    return request_ends <= lease_ends && context_.clock.boot_now() < request_ends;
  };
  co_return co_await exchange(context_, state.client, std::move(*exchange_of));
}

ports::Task<Refresher::Outcome> Refresher::save_failure(GrantState state, const TokenFailure& failure, bool& should_repeat) {
  for (int round = 0; round < kMostRounds; ++round) {
    auto effect = effect_of(state, failure, context_.refresh, context_.clock.wall_now(), context_.random.fraction());
    ports::Unit unit;
    unit.preconditions.emplace_back(ports::Expect{model::Kind::kGrant, state.grant.id.str(), "generation", state.grant.generation});
    unit.writes.emplace_back(context_.records.put(effect.grant));
    unit.writes.emplace_back(ports::DropLease{lease_name(state.grant.id), context_.owner});
    if (effect.connection) {
      unit.preconditions.emplace_back(vault::Records::unchanged(state.connection));
      unit.writes.emplace_back(context_.records.put(*effect.connection));
      unit.events.push_back(connection_event(context_, "connection.needs_reconnect", *effect.connection));
    }
    if (effect.credential) {
      unit.preconditions.emplace_back(vault::Records::unchanged(state.client.credential));
      unit.writes.emplace_back(context_.records.put(*effect.credential));
      if (effect.is_client_error_new)
        unit.events.push_back(credential_event(context_, "credential.config_error", *effect.credential, {{"error", failure.code}}));
    }
    auto applied = co_await context_.store().apply(std::move(unit));
    if (applied) {
      should_repeat = effect.may_retry_at_once;
      co_return model::fail(std::move(effect.error));
    }
    // While the store is down the mark "started" stays on disk, which reads as an unknown outcome: no claim is made that is not known.
    if (applied.error().code != Code::kPreconditionFailed) co_return model::fail(std::move(applied.error()));
    auto again = co_await read_state(context_, state.grant.tenant, state.connection.id);
    if (!again) co_return model::fail(std::move(again.error()));
    if (again->grant.id != state.grant.id || again->grant.generation != state.grant.generation) co_return std::move(*again);
    again->grant.attempt = state.grant.attempt;
    state = std::move(*again);
  }
  co_return model::fail(Code::kStoreBusy, "the failure of a refresh could not be recorded, the record kept changing");
}

}  // namespace valetkey::oauth
