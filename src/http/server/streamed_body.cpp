#include "http/server/streamed_body.hpp"

#include <algorithm>

namespace valetkey::http::server {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::unexpected<model::Error> gone(std::string_view why) { return model::fail(model::Code::kCallerGone, std::string(why)); }

}  // namespace

ports::Answer<std::string_view> StreamedBody::read() {
  for (;;) {
    if (is_stopped_) co_return gone("read the body of the request: nobody wants it any more");
    auto piece = next_piece();
    if (!piece || !piece->empty() || is_at_end()) co_return piece;
    if (std::exchange(wants_continue_, false)) {
      if (!co_await wire_.write(kContinue)) co_return gone("ask for the body of the request: the caller left");
      if (is_stopped_) continue;
    }
    if (!co_await wire_.fill() && !is_stopped_) co_return gone("read the body of the request: the caller left");
  }
}

void StreamedBody::stop() {
  is_stopped_ = true;
  wire_.stop_filling();
}

model::Result<std::string_view> StreamedBody::next_piece() {
  auto& buffer = wire_.buffer();
  // What is used stays where it is until the buffer is filled again.
  const auto bytes = buffer.bytes();
  if (size_) {
    const auto piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    left_ -= piece.size();
    buffer.use(piece.size());
    return piece;
  }
  const auto [used, piece] = decoder_.feed(bytes);
  buffer.use(used);
  if (decoder_.is_malformed())
    return model::fail(model::Code::kMalformedRequest, "read the body of the request: its chunked framing is broken");
  return piece;
}

void StreamedBody::skip_received() {
  while (!is_at_end() && !wire_.buffer().empty())
    if (!next_piece()) return;
}

}  // namespace valetkey::http::server
