#include "oauth/refresh_policy.hpp"

#include <algorithm>

namespace valetkey::oauth {
namespace {

using model::Milliseconds;
using model::WallTime;

Milliseconds scaled(Milliseconds duration, double factor) {
  return Milliseconds{static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor)};
}

std::optional<WallTime> earlier(std::optional<WallTime> a, std::optional<WallTime> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

/// The end of the live main token, or `now` when none lives.
WallTime live_until(const model::Grant& grant, WallTime now) {
  WallTime end = now;
  for (const auto& token : grant.access_tokens)
    if (token.expires_at) end = std::max(end, *token.expires_at);
  return end;
}

}  // namespace

std::optional<WallTime> refresh_due_at(const model::AccessToken& token, const RefreshSettings& settings, double fraction) {
  if (!token.expires_at) return std::nullopt;
  const Milliseconds lifetime = *token.expires_at - token.issued_at;
  const Milliseconds ahead = std::min<Milliseconds>(settings.margin, lifetime / 4);
  return *token.expires_at - ahead - scaled(ahead, 0.1 * fraction);
}

WallTime next_attempt_at(WallTime now, int failures, std::optional<model::Seconds> retry_after, const RefreshSettings& settings,
                         double fraction) {
  const int doublings = std::clamp(failures - 1, 0, 20);
  const Milliseconds most = settings.longest_backoff;
  const Milliseconds full = std::min<Milliseconds>(Milliseconds{settings.first_backoff} * (1LL << doublings), most);
  const Milliseconds wait = full / 2 + scaled(full / 2, fraction);
  return now + std::max<Milliseconds>(wait, retry_after.value_or(model::Seconds{0}));
}

WallTime next_probe_at(WallTime since, WallTime now, const RefreshSettings& settings) {
  // As long again as it has lasted so far: that doubles.
  return now + std::clamp<Milliseconds>(now - since, settings.client_probe, std::chrono::hours{1});
}

std::optional<WallTime> keep_alive_at(const model::Grant& grant, const model::Integration& integration, const RefreshSettings& settings) {
  if (!integration.refresh_token_idle || grant.refresh_token.empty()) return std::nullopt;
  const Milliseconds idle = *integration.refresh_token_idle;
  return grant.refresh_used_at.value_or(grant.created_at) + idle - std::min<Milliseconds>(settings.keep_alive_margin, idle / 4);
}

WallTime resend_at(const model::Grant& grant, const model::Integration& integration, WallTime now) {
  const bool may_at_once = integration.rotation != model::Rotation::kStrict || grant.refresh_token.empty();
  const WallTime earliest = may_at_once ? now : live_until(grant, now);
  return std::max(earliest, grant.next_attempt_at.value_or(now));
}

EffectiveTtl effective_min_ttl(const model::AccessToken& token, model::Seconds asked) {
  if (!token.expires_at) return {};
  const Milliseconds half = (*token.expires_at - token.issued_at) / 2;
  if (Milliseconds{asked} <= half) return {asked, false};
  return {half, true};
}

bool can_refresh(const model::Grant& grant, const model::Integration& integration, bool is_client_credentials) {
  if (is_client_credentials || integration.refresh == model::RefreshBy::kRegrant) return is_client_credentials || !grant.password.empty();
  if (integration.refresh == model::RefreshBy::kNever) return false;
  if (integration.refresh == model::RefreshBy::kExchange) return !grant.access_tokens.empty();
  return !grant.refresh_token.empty() || !grant.password.empty();
}

std::optional<WallTime> due_at(const model::Grant& grant, const model::Integration& integration, const RefreshSettings& settings,
                               WallTime now, double fraction) {
  std::optional<WallTime> due;
  for (const auto& token : grant.access_tokens)
    if (token.name.empty()) due = earlier(due, refresh_due_at(token, settings, fraction));
  due = earlier(due, keep_alive_at(grant, integration, settings));
  if (due && grant.attempt != model::Attempt::kNone) due = std::max(*due, resend_at(grant, integration, now));
  if (due && grant.next_attempt_at) due = std::max(*due, *grant.next_attempt_at);
  if (grant.refresh_expires_at && !grant.expiring_announced) due = earlier(due, *grant.refresh_expires_at - settings.expiring_notice);
  return due;
}

}  // namespace valetkey::oauth
