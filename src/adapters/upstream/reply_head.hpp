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

}  // namespace valetkey::adapters::upstream
