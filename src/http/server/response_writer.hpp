#pragma once
#include <string>
#include <string_view>

#include "http/response.hpp"

namespace valetkey::http::server {

struct Framing {
  bool keep_alive = true;
  bool is_head = false;          ///< no body, but its length
  std::string_view request_id;
  std::string_view date;         ///< IMF-fixdate (RFC 9110 5.6.7)
};

/// Appends the answer as one piece of bytes, with the headers every answer carries. Never compresses (S23). An answer whose headers
/// would break the framing is replaced by 500. Pure.
void append_response(std::string& out, const Response& response, const Framing& framing);

/// `Tue, 24 Nov 2026 08:49:37 GMT`.
std::string http_date(model::WallTime time);

}  // namespace valetkey::http::server
