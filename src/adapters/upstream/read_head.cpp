#include "adapters/upstream/read_head.hpp"

#include "model/http_head.hpp"

namespace valetkey::adapters::upstream {
namespace {

using model::Code;

constexpr std::size_t kMostHead = 64 * 1024;
constexpr std::size_t kReadAtOnce = 8 * 1024;
constexpr int kMostInterim = 16;

std::unexpected<model::Error> broken(std::string_view reason) {
  return model::fail(Code::kUpstreamBroken, "read the reply: " + std::string(reason));
}

/// Whatever ended the call explains better what a closed connection shows.
ports::Answer<void> receive(Call& call) {
  auto& connection = *call.connection;
  const auto moved = co_await connection.read(connection.in.room(kReadAtOnce));
  if (call.ended) co_return model::fail(*call.ended);
  if (moved.io != Io::kDone) co_return broken("the connection was lost");
  connection.in.received(moved.bytes);
  call.has_received = true;
  co_return model::Result<void>{};
}

/// One head, interim or not, taken out of the buffer.
ports::Answer<ReplyHead> next_head(Call& call) {
  auto& in = call.connection->in;
  for (std::size_t searched = 0;;) {
    const auto bytes = in.bytes();
    const auto size = model::head_size(bytes, searched);
    if ((size > 0 ? size : bytes.size()) > kMostHead) co_return broken("its head is larger than 64 KiB");
    if (size > 0) {
      auto head = parse_reply_head(bytes.substr(0, size));
      in.use(size);
      if (!head) co_return broken(head.error());
      co_return std::move(*head);
    }
    if (model::has_bare_line_feed(bytes, searched)) co_return broken("a line does not end with CRLF");
    searched = bytes.size();
    if (auto received = co_await receive(call); !received) co_return model::fail(std::move(received.error()));
  }
}

}  // namespace

ports::Answer<ReplyHead> read_head(Call& call) {
  for (int interim = 0; interim <= kMostInterim; ++interim) {
    auto head = co_await next_head(call);
    if (!head) co_return head;
    if (head->status == 101) co_return broken("the server changes the protocol, which nobody asked for");
    if (head->status >= 200) co_return head;
  }
  co_return broken("too many interim replies");
}

}  // namespace valetkey::adapters::upstream
