// One reply of an upstream from bytes (S14): what is accepted has one reading, however the network cuts it.
#include <algorithm>

#include "adapters/upstream/reply_head.hpp"
#include "fuzz/property.hpp"
#include "model/chunk_decoder.hpp"
#include "model/http_head.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;
namespace upstream = valetkey::adapters::upstream;

enum class State { kMore, kDone, kMalformed };

struct Decoded {
  State state = State::kMore;
  std::string body;
  std::size_t used = 0;
};

State state_of(const model::ChunkDecoder& decoder) {
  if (decoder.is_malformed()) return State::kMalformed;
  return decoder.is_done() ? State::kDone : State::kMore;
}

/// As a connection reads: by what arrives.
Decoded decoded(std::string_view bytes, std::size_t at_once) {
  model::ChunkDecoder decoder;
  Decoded all;
  for (std::size_t arrived = 0; arrived < bytes.size() && all.state == State::kMore;) {
    arrived = std::min(bytes.size(), arrived + at_once);
    while (all.used < arrived && all.state == State::kMore) {
      const auto [used, piece] = decoder.feed(bytes.substr(all.used, arrived - all.used));
      require(used > 0 && used <= arrived - all.used && piece.size() <= used, "no more is used than is there");
      all.used += used;
      all.body += piece;
      all.state = state_of(decoder);
    }
  }
  return all;
}

/// A chunked body written anew from what was read is the same body.
void check_again(const Decoded& read) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", read.body.size());
  const auto again = read.body.empty() ? std::string("0\r\n\r\n") : size + read.body + "\r\n0\r\n\r\n";
  const auto second = decoded(again, 3);
  require(second.state == State::kDone && second.body == read.body && second.used == again.size(), "what was read can be written");
}

void check_chunks(std::string_view bytes, std::size_t at_once) {
  const auto whole = decoded(bytes, bytes.size());
  const auto pieces = decoded(bytes, at_once);
  require(whole.state == pieces.state, "a cut does not change the outcome");
  if (whole.state != State::kDone) return;
  require(whole.body == pieces.body && whole.used == pieces.used, "a cut does not change a body");
  check_again(whole);
}

void check_head(const upstream::ReplyHead& head, std::string_view bytes) {
  require(head.status >= 100 && head.status <= 599, "a status has three digits");
  require(!head.is_chunked || !head.length, "there is one length");
  for (const auto& [name, value] : head.headers) {
    require(!name.empty() && (name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a header is one line");
    require(bytes.find(name + ":") != std::string_view::npos, "a name stands before a colon");
  }
}

/// The first byte says in how large pieces a body arrives; the rest are the bytes.
void read_reply(std::string_view input) {
  if (input.empty()) return;
  const auto at_once = std::size_t{1} + static_cast<unsigned char>(input.front());
  const auto bytes = input.substr(1);
  const auto size = model::head_size(bytes, 0);
  for (std::size_t searched = 0; searched < size; ++searched) require(model::head_size(bytes, searched) == size, "a head has one end");
  const auto head = upstream::parse_reply_head(bytes.substr(0, size));
  if (!head) return;
  require(!model::has_bare_line_feed(bytes.substr(0, size), 0), "lines end with CRLF");
  check_head(*head, bytes.substr(0, size));
  if (head->is_chunked) check_chunks(bytes.substr(size), at_once);
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_reply)
