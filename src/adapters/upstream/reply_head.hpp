#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "model/time.hpp"
#include "ports/http_client.hpp"

namespace valetkey::adapters::upstream {

/// What the head of a reply says.
struct ReplyHead {
  int status = 0;
  ports::Headers headers;               ///< as sent, in order; without hop-by-hop ones, those that Connection names, and Content-Length
  std::optional<std::uint64_t> length;  ///< Content-Length
  bool is_chunked = false;
  bool keeps_alive = false;
  std::optional<model::Seconds> keep_for;  ///< Keep-Alive: timeout
};

/// Reads a whole head with its empty line, or says why it must not be read: anything in which another reader could see another message
/// (S14, RFC 9112 section 6.3): Content-Length that is repeated, listed or together with Transfer-Encoding, Transfer-Encoding other
/// than chunked, obs-fold, bare CR or LF, a space before the colon, control bytes. Pure.
std::expected<ReplyHead, std::string_view> parse_reply_head(std::string_view head);

/// Bytes of the head including its empty line; 0: not complete yet. Nothing before `searched` ends it.
std::size_t head_size(std::string_view bytes, std::size_t searched);

/// So that a server that ends lines with LF alone fails at once instead of by its deadline.
bool has_bare_line_feed(std::string_view bytes, std::size_t searched);

}  // namespace valetkey::adapters::upstream
