#pragma once
#include <optional>
#include <string_view>

namespace valetkey::http::server {

/// Why the head of a request (request line and headers, with the empty line) must not be read further, or nullopt. Stricter than
/// the parser behind it, so that no proxy in front can see another message than we do (S14, RFC 9112 section 6.3): bare LF or CR,
/// obs-fold, a space before the colon, control bytes, repeated or listed Content-Length, Transfer-Encoding other than chunked or
/// together with Content-Length, a missing or repeated Host. Pure.
std::optional<std::string_view> framing_error(std::string_view head);

}  // namespace valetkey::http::server
