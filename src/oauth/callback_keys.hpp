#pragma once
#include <string>

#include "model/tenant.hpp"
#include "oauth/alongside.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// A key of 128 random bits that is in no row yet.
model::CallbackKey new_callback_key(Context& context, const model::TenantId& tenant, std::string integration);

/// Reserves a callback of its own for a credential that does not exist yet, so that its redirect URI can be registered first (S2).
/// kInvalidInput for an integration that the tenant does not see, kQuotaExceeded.
ports::Answer<model::CallbackKey> reserve_callback_key(Context& context, model::TenantId tenant, std::string integration,
                                                       Alongside<model::CallbackKey> alongside);

/// What to register at the application for a callback key.
std::string redirect_uri_of(const Context& context, const model::CallbackKey& key);

}  // namespace valetkey::oauth
