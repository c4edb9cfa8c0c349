#pragma once
#include <cstdint>
#include <optional>
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

/// How the end of a body is found.
struct BodyLength {
  std::optional<std::uint64_t> size;  ///< Content-Length
  bool is_chunked = false;            ///< else, without a size, by the end of the connection
};
/// Whether an answer to anything but HEAD has a body (RFC 9110 6.4.1).
constexpr bool may_have_body(int status) { return status != 204 && status != 304; }

/// Appends the head of an answer whose body follows piece by piece, with the headers every answer carries. Headers that frame are made
/// anew, those of `headers` are left out. False, and nothing is appended: a header would break the framing. Pure.
bool append_head(std::string& out, int status, const Pairs& headers, const Framing& framing, const BodyLength& length);

/// Appends the answer as one piece of bytes, with the headers every answer carries. Never compresses (S23). An answer whose headers
/// would break the framing is replaced by 500. Pure.
void append_response(std::string& out, const Response& response, const Framing& framing);

/// `Tue, 24 Nov 2026 08:49:37 GMT`.
std::string http_date(model::WallTime time);
/// The same, formatted once a second and thread; valid until the next call in this thread.
std::string_view date_of(model::WallTime now);

}  // namespace valetkey::http::server
