#pragma once
#include <boost/json/object.hpp>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"
#include "model/error.hpp"

namespace valetkey::http {

/// The members of an RFC 9457 answer. What only the log may hold is not in it.
boost::json::object problem_document(const model::Error& error, std::string_view error_id);

/// application/problem+json with Retry-After and WWW-Authenticate (RFC 6750) where they belong. The private part of the error goes
/// along in `Response.log` and is logged by the dispatcher under the error_id.
Response problem_response(const model::Error& error, std::string_view error_id);
inline Response problem_response(const model::Error& error, const Request& request) { return problem_response(error, request.request_id); }

}  // namespace valetkey::http
