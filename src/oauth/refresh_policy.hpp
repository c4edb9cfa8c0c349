#pragma once
#include <optional>

#include "model/connection.hpp"
#include "model/integration.hpp"

namespace valetkey::oauth {

/// The times of the refresh rules (DESIGN 5), as pure functions. `fraction` is a random number in [0, 1) for jitter.
struct RefreshSettings {
  model::Seconds margin{300};            ///< before expiry, capped at a quarter of the lifetime
  model::Seconds request_deadline{20};   ///< hard deadline of one token request; shorter than the lease
  model::Seconds lease{30};              ///< of the guard's row
  model::Seconds first_backoff{2};
  model::Seconds longest_backoff{600};
  model::Seconds client_probe{60};       ///< before the first half-open probe of a rejected client
  model::Seconds keep_alive_margin{86'400};      ///< before an idle or absolute end of a refresh token, capped at a quarter of it
  model::Seconds expiring_notice{7 * 86'400};    ///< connection.expiring this long before the end
  model::Seconds default_min_ttl{30};
};

/// When a refresh of this token is due: expiry - min(margin, lifetime / 4), up to a tenth of that earlier by jitter.
/// nullopt: no lifetime known.
std::optional<model::WallTime> refresh_due_at(const model::AccessToken& token, const RefreshSettings& settings, double fraction);

/// After `failures` in a row (1 = the first): exponential, half of it jitter; never before `retry_after`.
model::WallTime next_attempt_at(model::WallTime now, int failures, std::optional<model::Seconds> retry_after,
                                const RefreshSettings& settings, double fraction);

/// The next half-open probe of a client that the provider rejects since `since`: the wait doubles, at most an hour.
model::WallTime next_probe_at(model::WallTime since, model::WallTime now, const RefreshSettings& settings);

/// When the refresh token must be used so that it does not end by idleness (Integration::refresh_token_idle); nullopt: no such end.
std::optional<model::WallTime> keep_alive_at(const model::Grant& grant, const model::Integration& integration,
                                             const RefreshSettings& settings);

/// When a grant whose last outcome is unknown may send its refresh token again (DESIGN 5.4): at once where the integration
/// declares a grace or no rotation, else when the live token ends; and never before its backoff.
model::WallTime resend_at(const model::Grant& grant, const model::Integration& integration, model::WallTime now);

/// What a reader gets: min_ttl capped at half of the lifetime.
struct EffectiveTtl {
  model::Milliseconds ttl{0};
  bool is_capped = false;
};
EffectiveTtl effective_min_ttl(const model::AccessToken& token, model::Seconds asked);

/// The grant's next look by the background refresher, from everything above. nullopt: nothing to do.
std::optional<model::WallTime> due_at(const model::Grant& grant, const model::Integration& integration, const RefreshSettings& settings,
                                      model::WallTime now, double fraction);

/// Whether this grant can get a new access token without the end user.
bool can_refresh(const model::Grant& grant, const model::Integration& integration, bool is_client_credentials);

}  // namespace valetkey::oauth
