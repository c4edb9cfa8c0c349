#pragma once
#include <string_view>

namespace valetkey::http {

struct Request;

/// The trace-id that the caller sent in `traceparent` (W3C Trace Context, 3.2), so that the log can be found from a trace; empty when
/// there is none or it is not well formed. The header itself goes on unchanged to the API that a proxied call reaches.
std::string_view trace_id(const Request& request);

}  // namespace valetkey::http
