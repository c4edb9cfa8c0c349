#include "oauth/refresh_failure.hpp"

#include <fmt/format.h>

namespace valetkey::oauth {
namespace {

using model::Code;
using model::Seconds;

std::string told(const GrantState& state, const TokenFailure& failure, std::string_view what) {
  return fmt::format("refresh connection {} at {}: {}: {}{}{}", state.connection.id.str(), state.client.integration.slug, what,
                     failure.code, failure.description.empty() ? "" : " ", failure.description);
}

void needs_reconnect(FailureEffect& effect, const GrantState& state, const TokenFailure& failure, model::WallTime now) {
  // Said after a request whose outcome was never known, it may only mean that the server had rotated (DESIGN 5.4).
  const bool was_unknown = state.grant.attempt != model::Attempt::kNone;
  effect.grant.attempt = model::Attempt::kNone;
  effect.grant.due_at.reset();
  effect.connection = state.connection;
  effect.connection->state = model::ConnectionState::kNeedsReconnect;
  effect.connection->state_reason = was_unknown ? "refresh_outcome_unknown" : failure.code;
  effect.connection->updated_at = now;
  effect.error = {.code = Code::kNeedsReconnect,
                  .detail = told(state, failure, "the server ended the grant, the end user must connect again")};
}

void reject_client(FailureEffect& effect, const GrantState& state, const TokenFailure& failure, const RefreshSettings& settings,
                   model::WallTime now) {
  auto credential = state.client.credential;
  const bool is_new = !credential.client_error;
  const auto since = is_new ? now : credential.client_error->since;
  credential.client_error = model::ClientError{.code = failure.code, .since = since, .next_probe_at = next_probe_at(since, now, settings)};
  effect.is_client_error_new = is_new;
  effect.credential = std::move(credential);
  effect.error = {.code = Code::kCredentialConfiguration,
                  .detail = told(state, failure,
                                 fmt::format("the server rejects the client, the operator must correct credential {}",
                                             state.client.credential.id.str()))};
}

void back_off(FailureEffect& effect, const TokenFailure& failure, const RefreshSettings& settings, model::WallTime now, double fraction) {
  ++effect.grant.failures;
  effect.grant.next_attempt_at = next_attempt_at(now, effect.grant.failures, failure.retry_after, settings, fraction);
}

}  // namespace

FailureEffect effect_of(const GrantState& state, const TokenFailure& failure, const RefreshSettings& settings, model::WallTime now,
                        double fraction) {
  FailureEffect effect{.grant = state.grant};
  effect.grant.last_error = failure.code;
  // A request that was not processed leaves what was known before: an unknown outcome stays unknown until an answer is definitive.
  effect.grant.attempt = state.grant.attempt == model::Attempt::kNone ? model::Attempt::kNone : model::Attempt::kUnknown;
  const auto& integration = state.client.integration;
  switch (failure.meaning) {
    case Meaning::kGrantDead: needs_reconnect(effect, state, failure, now); return effect;
    case Meaning::kClientRejected: reject_client(effect, state, failure, settings, now); break;
    case Meaning::kRejected:
      back_off(effect, failure, settings, now, fraction);
      effect.error = {.code = Code::kCredentialConfiguration,
                      .detail = told(state, failure, "the server refused the request, the operator must look at the credential")};
      break;
    case Meaning::kTransient:
      back_off(effect, failure, settings, now, fraction);
      effect.error = {.code = Code::kProviderUnavailable, .detail = told(state, failure, "the request was not processed")};
      break;
    case Meaning::kUnknown: {
      const bool spends_a_rotating_token = !state.grant.refresh_token.empty() && integration.rotation == model::Rotation::kStrict;
      const bool is_first = state.grant.attempt == model::Attempt::kNone;
      if (!state.grant.refresh_token.empty()) effect.grant.attempt = model::Attempt::kUnknown;
      back_off(effect, failure, settings, now, fraction);
      if (is_first && !spends_a_rotating_token) {
        effect.may_retry_at_once = true;
        effect.grant.next_attempt_at.reset();
      }
      effect.error = {.code = Code::kOutcomeUnknown, .detail = told(state, failure, "the request was sent without a usable answer")};
      break;
    }
  }
  if (effect.grant.next_attempt_at && effect.error.retry_after == std::nullopt && effect.error.code != Code::kCredentialConfiguration)
    effect.error.retry_after = std::max(Seconds{1}, std::chrono::ceil<Seconds>(*effect.grant.next_attempt_at - now));
  effect.grant.due_at = due_at(effect.grant, integration, settings, now, fraction);
  if (effect.credential && effect.grant.due_at)
    effect.grant.due_at = std::max(*effect.grant.due_at, effect.credential->client_error->next_probe_at);
  return effect;
}

}  // namespace valetkey::oauth
