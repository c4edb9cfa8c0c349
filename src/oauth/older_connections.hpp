#pragma once
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// Makes active connections whose grant belongs to an older endpoint set needs_reconnect(endpoints_changed), each with its event once
/// (S1). They hand out nothing meanwhile: refresh_plan refuses them. `noted_in` is the number of the set whose has_older_connections
/// is taken back at the end. Repeatable; never throws, a failure is logged and resumed at start.
ports::Task<void> mark_older_connections(Context& context, model::TenantId tenant, model::CredentialId credential, std::int64_t noted_in);

/// At start: goes on with what a crash left unmarked.
ports::Task<void> resume_marking(Context& context);

}  // namespace valetkey::oauth
