// One request from bytes (S14): what the framing check accepts, the parser behind it reads as the very same message.
#include <algorithm>

#include "fuzz/property.hpp"
#include "http/server/framing.hpp"
#include "http/server/request_parser.hpp"
#include "http/server/target.hpp"
#include "model/chunk_decoder.hpp"
#include "model/http_head.hpp"

namespace {

using valetkey::fuzz::require;
using valetkey::http::server::RequestParser;
using Outcome = RequestParser::Outcome;
namespace http = valetkey::http;

constexpr std::size_t kBodyLimit = 4096;

/// A second reading of a head that the check has accepted, by nothing but line ends, spaces and colons.
http::Request naively_read(std::string_view head) {
  http::Request request;
  auto line = valetkey::fuzz::take_line(head);
  request.method = line.substr(0, line.find(' '));
  line.remove_prefix(request.method.size() + 1);
  request.target = line.substr(0, line.find(' '));
  for (line = valetkey::fuzz::take_line(head); line != "\r"; line = valetkey::fuzz::take_line(head)) {
    line.remove_suffix(1);
    const auto colon = line.find(':');
    request.headers.emplace_back(valetkey::model::lowered(line.substr(0, colon)), valetkey::model::trimmed(line.substr(colon + 1)));
  }
  return request;
}

/// A chunked body by the letter of RFC 9112 7.1, without extensions and trailers; nullopt: not that simple.
std::optional<std::pair<std::string, std::size_t>> naively_joined(std::string_view bytes) {
  std::string body;
  for (std::size_t at = 0;;) {
    const auto end = bytes.find("\r\n", at);
    if (end == std::string_view::npos || end == at || end - at > 6) return std::nullopt;
    std::size_t size = 0;
    for (const char c : bytes.substr(at, end - at)) {
      const auto digit = std::string_view("0123456789abcdef").find(valetkey::model::lower(c));
      if (digit == std::string_view::npos) return std::nullopt;
      size = size * 16 + digit;
    }
    at = end + 2;
    if (bytes.size() < at + size + 2 || bytes.substr(at + size, 2) != "\r\n") return std::nullopt;
    body += bytes.substr(at, size);
    at += size + 2;
    if (size == 0) return std::pair(std::move(body), at);
  }
}

struct Read {
  RequestParser parser{kBodyLimit};
  RequestParser::Fed last{Outcome::kNeedsMore, 0};
  std::size_t used = 0;
};

/// Feeds as a session does: what is left over stands before what arrives.
void feed(Read& into, std::string_view bytes, std::size_t first) {
  for (auto arrived = first;; arrived = bytes.size()) {
    for (;;) {
      into.last = into.parser.feed(bytes.substr(into.used, arrived - into.used));
      into.used += into.last.used;
      if (into.last.outcome != Outcome::kNeedsMore || into.last.used == 0 || into.used == arrived) break;
    }
    if (into.last.outcome != Outcome::kNeedsMore || arrived == bytes.size()) return;
  }
}

void check_head(const http::Request& read, std::string_view head) {
  const auto naive = naively_read(head);
  require(read.method == naive.method, "the parser reads the same method");
  require(read.target == naive.target, "the parser reads the same target");
  require(read.headers == naive.headers, "the parser reads the same headers");
}

void check_body(const Read& read, http::Request& request, std::string_view bytes, std::size_t head) {
  const auto behind = bytes.substr(head);
  if (request.header("transfer-encoding")) {
    const auto naive = naively_joined(behind);
    if (!naive || naive->first.size() > kBodyLimit) return;
    require(read.last.outcome == Outcome::kDone && request.body == naive->first, "a plain chunked body is read as it is written");
    require(read.used == head + naive->second, "a request ends where its last chunk ends");
    return;
  }
  const auto length = request.header("content-length");
  const auto announced = length ? std::stoull(std::string(*length)) : 0;
  if (announced > kBodyLimit) return require(read.last.outcome == Outcome::kTooLarge, "a body that is too large is refused");
  if (announced > behind.size()) return require(read.last.outcome == Outcome::kNeedsMore, "a body that is not there yet is waited for");
  require(read.last.outcome == Outcome::kDone, "a body that is there is read");
  require(request.body == behind.substr(0, announced), "a body has the bytes that were announced");
  require(read.used == head + announced, "a request ends where its body ends");
}

struct Decoded {
  valetkey::model::ChunkDecoder decoder;
  std::string body;
  std::size_t used = 0;
};

/// As a route that streams reads a chunked body.
Decoded decoded(std::string_view bytes, std::size_t first) {
  Decoded all;
  for (const auto arrived : {std::min(first, bytes.size()), bytes.size()})
    while (all.used < arrived && !all.decoder.is_done() && !all.decoder.is_malformed()) {
      const auto [used, piece] = all.decoder.feed(bytes.substr(all.used, arrived - all.used));
      require(used > 0 && piece.size() <= used, "every step uses bytes");
      all.body.append(piece);
      all.used += used;
    }
  return all;
}

/// The same bytes are the same body whether the route streams or not.
void check_streamed(const Read& read, http::Request& request, std::string_view behind, std::size_t head, std::size_t cut) {
  if (!request.header("transfer-encoding")) return;
  const auto whole = decoded(behind, behind.size());
  const auto pieces = decoded(behind, cut);
  require(whole.decoder.is_done() == pieces.decoder.is_done() && whole.decoder.is_malformed() == pieces.decoder.is_malformed() &&
              whole.body == pieces.body && whole.used == pieces.used,
          "a cut does not change a streamed body");
  if (whole.decoder.is_done() && read.last.outcome == Outcome::kDone)
    require(request.body == whole.body && read.used == head + whole.used, "a streamed body is the one that the parser reads");
}

/// The first byte says where the network cuts what arrives; the rest are the bytes.
void read_request(std::string_view input) {
  if (input.empty()) return;
  const auto cut = static_cast<unsigned char>(input.front());
  const auto bytes = input.substr(1);
  const auto size = valetkey::model::head_size(bytes, 0);
  if (size == 0) return;
  const auto head = bytes.substr(0, size);
  if (http::server::framing_error(head)) return;

  Read whole;
  feed(whole, bytes, bytes.size());
  // It may still refuse more: a Connection header that is no list.
  require(whole.parser.has_head() || whole.last.outcome == Outcome::kTooLarge || whole.last.outcome == Outcome::kMalformed,
          "the parser has all of a head that the check accepts");
  auto& request = whole.parser.request();
  if (whole.parser.has_head()) {
    check_head(request, head);
    check_body(whole, request, bytes, size);
    check_streamed(whole, request, bytes.substr(size), size, cut);
  }
  Read in_pieces;
  feed(in_pieces, bytes, std::min(bytes.size(), size + cut));
  const bool is_held = in_pieces.last.outcome == Outcome::kNeedsMore && bytes.size() - in_pieces.used < 5;  // five bytes are still to come
  require(in_pieces.last.outcome == whole.last.outcome || (is_held && whole.last.outcome == Outcome::kMalformed),
          "a cut does not change the outcome");
  if (whole.last.outcome == Outcome::kDone) {
    require(in_pieces.used == whole.used && in_pieces.parser.request().body == request.body, "a cut does not change the message");
    if (http::server::read_target(request)) require(request.path.starts_with('/'), "a path starts with a slash");
  }
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_request)
