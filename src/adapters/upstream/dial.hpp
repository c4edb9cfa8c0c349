#pragma once
#include "adapters/upstream/call.hpp"

namespace valetkey::adapters::upstream {

/// Gives the call a new connection: resolves the name, and connects to the first of its addresses that the egress policy allows and
/// that answers (S6), with TLS where the scheme is https. kEgressDenied when the policy allows none, kUpstreamUnreachable, or what the
/// call was ended by.
ports::Answer<void> dial(Call& call);

}  // namespace valetkey::adapters::upstream
