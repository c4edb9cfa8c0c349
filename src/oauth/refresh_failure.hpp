#pragma once
#include <optional>

#include "oauth/grant_state.hpp"
#include "oauth/token_response.hpp"

namespace valetkey::oauth {

/// What a failed exchange changes; pure. An absent record stays as it is. Nothing is ever deleted by a failure (DESIGN 5.7).
struct FailureEffect {
  model::Grant grant;
  std::optional<model::Connection> connection;  ///< now needs_reconnect
  std::optional<model::Credential> credential;  ///< now with client_error
  bool is_client_error_new = false;             ///< the first of its kind: announce it
  bool may_retry_at_once = false;               ///< unknown outcome, and the integration declares a grace or no rotation
  model::Error error;                           ///< for those who wait
};

/// `state` is from before the request; `fraction` for jitter.
FailureEffect effect_of(const GrantState& state, const TokenFailure& failure, const RefreshSettings& settings, model::WallTime now,
                        double fraction);

}  // namespace valetkey::oauth
