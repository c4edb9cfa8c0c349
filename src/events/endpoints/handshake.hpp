#pragma once
#include <string>
#include <vector>

#include "events/context.hpp"
#include "model/endpoint.hpp"
#include "model/secret.hpp"

namespace valetkey::events {

/// Keeps the secret that an application sent to the endpoint (S31): only while an operator's window is open, the first value wins and
/// none is ever replaced; the same value again is answered again. False: it was not taken.
ports::Answer<bool> accept_handshake(Context& context, const model::Endpoint& endpoint, std::string name, model::Secret value);

/// Puts `values`, newest first, before the older ones of the name, which end at `older_until`; those that are over are dropped.
ports::Answer<void> put_secrets(const Context& context, model::Endpoint& endpoint, const std::string& name,
                                std::vector<model::Secret> values, model::WallTime older_until);

}  // namespace valetkey::events
