#pragma once
#include "calls/api.hpp"
#include "ports/http_client.hpp"

namespace valetkey::calls {

/// The headers of a call as they go to the API (S16): from `sent` (lower-case names) are left out hop-by-hop headers and those that
/// Connection names, credentials, what tells of proxies, what framing makes anew, and every name that the integration sets; then the
/// integration's are added. An underscore counts as a hyphen, because many servers read it so.
///
/// kNotSupported for an upgrade to another protocol (S14); one to h2c is an offer that need not be taken. kProviderRejected when the
/// token cannot stand in a header.
model::Result<ports::Headers> request_headers(const ports::Headers& sent, const Api& api, std::string_view token);

}  // namespace valetkey::calls
