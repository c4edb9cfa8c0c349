#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "cli/failure.hpp"

namespace valetkey::cli {

/// An HTTP request as text: request line, headers, an empty line, the body. Lines end with CRLF or LF; the version may be missing.
struct RawRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;     ///< as it stands; without the line end of an editor where Content-Length says that it is shorter
  std::string warning;  ///< empty: none
};

/// kUsage with the line that is wrong.
Outcome<RawRequest> parse_raw_request(std::string_view text, const std::string& name);

/// As `request` of POST /v1/services/try.
boost::json::object request_member(const RawRequest& request);

}  // namespace valetkey::cli
