#pragma once
#include "http/request.hpp"

namespace valetkey::http::server {

/// Splits `target` into path and query, and puts the authority of an absolute target in place of Host (RFC 9112 3.2.2).
/// kMalformedRequest for the other forms.
model::Result<void> read_target(Request& request);
/// Decodes the query.
model::Result<void> read_query(Request& request);

}  // namespace valetkey::http::server
