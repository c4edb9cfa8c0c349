#pragma once
#include "model/connection.hpp"
#include "model/endpoint.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

// Where the application of a credential sends webhooks and actions; what it does there is events/.

/// Adds the endpoint that every credential has, under `credential.webhook_key`.
void add_endpoint(const Context& context, ports::Unit& unit, const model::Credential& credential);

/// Gives each credential that a version before endpoints made the one it lacks. Repeatable; failures are logged, the next start goes on.
ports::Task<void> add_missing_endpoints(Context& context);

/// Adds the erasure of all endpoints of a credential, those of its connections too, with their keys.
ports::Answer<void> erase_endpoints(const Context& context, ports::Unit& unit, const model::Credential& credential);
/// The same for the endpoints of one connection.
ports::Answer<void> erase_endpoints(const Context& context, ports::Unit& unit, const model::Connection& connection);

}  // namespace valetkey::oauth
