#pragma once
#include <cstdint>

#include "http/request.hpp"
#include "http/response.hpp"

namespace valetkey::http {

/// `ETag: "<revision>"`.
void set_etag(Response& response, std::int64_t revision);
/// kPreconditionFailed when If-Match is there and names another revision (RFC 9110 13.1.1); no header matches everything.
model::Result<void> check_if_match(const Request& request, std::int64_t revision);

}  // namespace valetkey::http
