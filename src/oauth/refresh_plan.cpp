#include "oauth/refresh_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace valetkey::oauth {
namespace {

using model::Code;
using model::Error;
using model::Milliseconds;
using model::Seconds;
using model::WallTime;

Seconds until(WallTime now, WallTime then) { return std::max(Seconds{1}, std::chrono::ceil<Seconds>(then - now)); }

bool is_live(const model::AccessToken& token, WallTime now) { return !token.expires_at || *token.expires_at > now; }

/// Lives as long as the caller needs; a need that was not stated is met by any token outside its refresh window.
bool is_long_enough(const model::AccessToken& token, const Need& need, const PlanInput& input, bool& is_capped) {
  if (!token.expires_at) return true;
  const auto asked = effective_min_ttl(token, need.min_ttl.value_or(input.settings.default_min_ttl));
  is_capped = asked.is_capped && need.min_ttl.has_value();
  return *token.expires_at - input.now >= asked.ttl && *token.expires_at > input.now;
}

bool is_due(const model::AccessToken& token, const PlanInput& input) {
  const auto due = refresh_due_at(token, input.settings, 0);
  return due && input.now >= *due;
}

/// Why no request may be sent now; nullopt: one may.
std::optional<Error> obstacle(const PlanInput& input, bool is_token_rejected) {
  const auto& grant = input.grant;
  const auto now = input.now;
  const auto place = fmt::format("refresh connection {} at {}", input.connection.id.str(), input.integration.slug);
  if (input.is_on_hold)
    return Error{.code = Code::kHold,
                 .detail = place + ": this copy of the store is on hold; when no other copy runs, run `valetkey resume`"};
  if (const auto& client = input.credential.client_error; client && now < client->next_probe_at)
    return Error{.code = Code::kCredentialConfiguration,
                 .detail = fmt::format("{}: the provider rejects the client ({}); the operator must correct credential {}", place,
                                       client->code, input.credential.id.str())};
  if (grant.attempt != model::Attempt::kNone) {
    // A token that was found bad lives no longer, whatever its clock says.
    const auto earliest = is_token_rejected ? grant.next_attempt_at.value_or(now) : resend_at(grant, input.integration, now);
    if (now < earliest)
      return Error{.code = Code::kOutcomeUnknown,
                   .detail = place + ": the last request was sent without a usable answer; it is repeated later",
                   .retry_after = until(now, earliest)};
  }
  if (grant.next_attempt_at && now < *grant.next_attempt_at)
    return Error{.code = Code::kProviderUnavailable,
                 .detail = fmt::format("{}: the last attempt failed: {}", place, grant.last_error),
                 .retry_after = until(now, *grant.next_attempt_at)};
  return std::nullopt;
}

/// A server may spend the refresh token of a request whose audience it then refuses, which ends the grant of everybody else: only the
/// operator says for what tokens may be asked. A Client Credentials grant has nothing to lose.
bool may_ask_for(const model::Credential& credential, const model::Grant& grant, const std::string& audience) {
  if (audience.empty() || audience == grant.audience) return true;
  if (credential.audiences.empty()) return credential.grant_type == model::GrantType::kClientCredentials;
  return std::ranges::find(credential.audiences, audience) != credential.audiences.end();
}

Error cannot_refresh(const PlanInput& input, bool is_token_rejected) {
  return {.code = Code::kNeedsReconnect,
          .detail = fmt::format("refresh connection {} at {}: {} and the provider gave no refresh token; the end user must connect again",
                                input.connection.id.str(), input.integration.slug,
                                is_token_rejected ? "the token was rejected" : "the token ended")};
}

}  // namespace

std::optional<Error> refusal_of(const model::Connection& connection) {
  const auto with = [&](Code code, std::string_view told) {
    return Error{.code = code, .detail = fmt::format("token of connection {}: {}", connection.id.str(), told)};
  };
  switch (connection.state) {
    case model::ConnectionState::kActive: return std::nullopt;
    case model::ConnectionState::kAwaitingConfirmation:
      return with(Code::kAwaitingConfirmation,
                  "it waits for POST /v1/connect-sessions/{id}/confirm with the code that came back to the product");
    case model::ConnectionState::kNeedsReconnect:
      return with(Code::kNeedsReconnect,
                  fmt::format("needs_reconnect ({}); make a connect session with `connection` for its end user", connection.state_reason));
    case model::ConnectionState::kHeld: return with(Code::kConnectionHeld, fmt::format("it is held ({})", connection.state_reason));
    case model::ConnectionState::kRevoked:
      return with(Code::kConnectionRevoked, fmt::format("it was revoked ({})", connection.state_reason));
  }
  std::unreachable();
}

Plan plan(const PlanInput& input, const Need& need) {
  if (auto refused = refusal_of(input.connection)) return Refuse{std::move(*refused)};
  if (input.grant.endpoint_set != input.credential.endpoint_set)  // S1; the connection's own state follows in the background
    return Refuse{{.code = Code::kNeedsReconnect,
                   .detail = fmt::format(
                       "token of connection {}: needs_reconnect (endpoints_changed); it was authorised for endpoint set {} of "
                       "credential {}, which is now at {}",
                       input.connection.id.str(), input.grant.endpoint_set, input.credential.id.str(), input.credential.endpoint_set)}};
  if (!may_ask_for(input.credential, input.grant, need.audience))
    return Refuse{{.code = Code::kInvalidInput,
                   .detail = fmt::format("token of connection {}: the audience is not for this credential", input.connection.id.str()),
                   .fields = {{"/audience", "is not one of the credential's audiences"}}}};
  const auto* token = find_token(input.grant, need.name, need.audience);
  if (need.rejected_generation && *need.rejected_generation > input.grant.generation)
    return Refuse{
        {.code = Code::kGenerationUnknown,
         .detail = fmt::format("refresh connection {}: generation {} was never issued, the newest is {}; send the generation of the "
                               "token that was rejected",
                               input.connection.id.str(), *need.rejected_generation, input.grant.generation)}};
  // Named tokens come with the answer that made the grant: no request makes one that is not there.
  if (token == nullptr && !need.name.empty())
    return Refuse{{.code = Code::kInvalidInput,
                   .detail = fmt::format("token of connection {}: it holds no token of this name", input.connection.id.str()),
                   .fields = {{"/name", "is not the name of a token that the provider gave; leave it out for the main one"}}}};
  const bool is_rejected = token != nullptr && need.rejected_generation && token->generation <= *need.rejected_generation;
  const bool is_usable = token != nullptr && !is_rejected && is_live(*token, input.now);
  bool is_capped = false;
  const bool is_enough = is_usable && is_long_enough(*token, need, input, is_capped);
  const bool may_refresh = can_refresh(input.grant, input.integration, input.credential.grant_type == model::GrantType::kClientCredentials);

  const auto keep_alive = keep_alive_at(input.grant, input.integration, input.settings);
  const bool wants_refresh = may_refresh && is_enough && (is_due(*token, input) || (keep_alive && input.now >= *keep_alive));
  if (is_enough && !wants_refresh) return Serve{.token = token, .is_min_ttl_capped = is_capped};
  if (!may_refresh) {
    if (is_usable) return Serve{.token = token, .is_min_ttl_capped = !is_enough};
    return Refuse{cannot_refresh(input, is_rejected)};
  }
  if (auto stopped = obstacle(input, is_rejected)) {
    if (!is_usable) return Refuse{std::move(*stopped)};
    return Serve{.token = token, .is_min_ttl_capped = !is_enough, .is_refresh_failing = true};
  }
  if (is_enough && !need.is_background) return Serve{.token = token, .should_refresh = true, .is_min_ttl_capped = is_capped};
  return Spend{};
}

}  // namespace valetkey::oauth
