#pragma once
#include "oauth/grant_state.hpp"
#include "oauth/token_endpoint.hpp"

namespace valetkey::oauth {

/// What renews a grant, by the integration's facts: its refresh token, its kept password, the client's own credentials, or the access
/// token itself. Opens the seals it needs. kNeedsReconnect when there is nothing to renew with.
ports::Answer<Exchange> refresh_exchange(const Context& context, const GrantState& state, const std::string& audience);

}  // namespace valetkey::oauth
