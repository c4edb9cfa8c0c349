#pragma once
#include <functional>

#include "oauth/grant_state.hpp"

namespace valetkey::oauth {

/// Saves a rotated grant: compare-and-set on (grant, generation spent), so that a late answer, the only copy of the new refresh token,
/// wins over `unknown` and `needs_reconnect` of the same generation, and never touches a newer grant (DESIGN 5.3).
///
/// While the store is down a sealed record is kept outside it, `on_store_down` is called once (with what waiters are told), and saving
/// is tried again until it is stored; the caller keeps its guard until this answers.
/// kNotFound: the grant was deleted or replaced meanwhile, and the answer is of no more use.
ports::Answer<GrantState> save_renewed(Context& context, GrantState state, std::int64_t generation_spent,
                                       const std::function<void(model::Error)>& on_store_down);

/// At start: saves what a crash left in rescue. Answers how many grants were saved. Records that are obsolete are dropped.
ports::Answer<int> recover_rescued(Context& context);

}  // namespace valetkey::oauth
