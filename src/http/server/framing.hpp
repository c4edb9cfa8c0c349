#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace valetkey::http::server {

/// Why the head of a request (request line and headers, with the empty line) must not be read further, or nullopt. Stricter than
/// the parser behind it, so that no proxy in front can see another message than we do (S14, RFC 9112 section 6.3): bare LF or CR,
/// obs-fold, a space before the colon, control bytes, repeated or listed Content-Length, Transfer-Encoding other than chunked or
/// together with Content-Length, a missing or repeated Host. Pure.
std::optional<std::string_view> framing_error(std::string_view head);

/// Bytes of the head including its empty line; 0: not complete yet. Nothing before `searched` ends it.
std::size_t head_size(std::string_view bytes, std::size_t searched);

/// So that a client that ends lines with LF alone gets an answer instead of a timeout.
bool has_bare_line_feed(std::string_view bytes, std::size_t searched);

}  // namespace valetkey::http::server
