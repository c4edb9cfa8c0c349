#include "adapters/upstream/send_body.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/upstream/request_head.hpp"

namespace valetkey::adapters::upstream {
namespace {

namespace asio = boost::asio;
using model::Code;
using model::Result;

/// Pieces of a body of known length are copied behind the head up to this size; larger ones are written from where they are.
constexpr std::size_t kSmallPiece = 16 * 1024;
constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The next piece of the request's body. The call may have been let go when it comes: then the source may be gone.
ports::Answer<std::string_view> next_piece(Call& call) {
  call.arm(call.request.idle_for);
  call.is_reading_body = true;
  auto piece = co_await call.request.body->read();
  call.is_reading_body = false;
  if (call.ended) co_return model::fail(*call.ended);
  if (!piece) co_return piece;
  if (call.is_chunked) co_return piece;
  // Otherwise the next request on this connection would be read out of this body, or this body out of that (S14).
  if (piece->size() > call.body_left || (piece->empty() && call.body_left > 0))
    co_return model::fail(Code::kInternal, "the request's body has another length than it said");
  call.body_left -= piece->size();
  co_return piece;
}

void append_chunk(std::string& out, std::string_view piece) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out.append(piece).append("\r\n");
}

/// False: the connection takes no more, and is not kept.
ports::Task<bool> write(Call& call, std::string_view bytes) {
  while (!bytes.empty() && !call.stops_sending) {
    const auto moved = call.connection->write_now(bytes);
    if (moved.io == Io::kDone) {
      bytes.remove_prefix(moved.bytes);
      continue;
    }
    call.arm(call.request.idle_for);
    const bool may_go_on = (moved.io == Io::kWantsRead || moved.io == Io::kWantsWrite) && co_await call.connection->wait(moved.io);
    if (!may_go_on) call.stops_sending = true;
  }
  co_return bytes.empty();
}

/// What is left of the first write, then piece by piece. The error of the body's source; a connection that takes no more is none: the
/// reply says why, or its absence does.
ports::Answer<void> send_pieces(Call& call) {
  if (!co_await write(call, call.unsent) || !co_await write(call, call.large_piece)) co_return Result<void>{};
  std::string chunk;
  while (!call.stops_sending && (call.is_chunked || call.body_left > 0)) {
    const auto piece = co_await next_piece(call);
    if (!piece) co_return model::fail(piece.error());
    if (!call.is_chunked) {
      if (!co_await write(call, *piece)) co_return Result<void>{};
      continue;
    }
    chunk.clear();
    if (piece->empty()) chunk = kLastChunk;
    else append_chunk(chunk, *piece);
    if (!co_await write(call, chunk)) co_return Result<void>{};
    if (piece->empty()) co_return Result<void>{};
  }
  co_return Result<void>{};
}

/// Also when the coroutine is destroyed, or throws.
class Sending {
 public:
  explicit Sending(std::shared_ptr<Call> call) : call_(std::move(call)) { call_->is_sending = true; }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;
  ~Sending() {
    call_->is_sending = false;
    call_->sending_ends->cancel();
  }
  Call& call() { return *call_; }

 private:
  std::shared_ptr<Call> call_;
};

/// From here on the time of the reply counts.
void expect_reply(Call& call) {
  if (call.ended) return;
  if (call.phase == Call::Phase::kSending) {
    call.phase = Call::Phase::kHead;
    call.arm(call.request.head_within);
  } else if (call.is_reply_waited_for) {
    call.arm(call.request.idle_for);
  } else {
    call.disarm();
  }
}

ports::Task<void> send_rest(std::shared_ptr<Call> shared) {
  Sending sending(std::move(shared));
  auto& call = sending.call();
  auto sent = co_await send_pieces(call);
  // A body that broke off must not look whole to the server.
  if (!sent && !call.stops_sending) call.end(std::move(sent.error()));
  expect_reply(call);
}

}  // namespace

ports::Answer<void> prepare(Call& call) {
  auto framing = Framing::kNone;
  std::string_view piece;
  std::uint64_t length = 0;
  if (call.request.body != nullptr) {
    const auto size = call.request.body->size();
    call.is_chunked = !size;
    length = call.body_left = size.value_or(0);
    if (call.is_chunked || length > 0) {
      const auto first = co_await next_piece(call);
      if (!first) co_return model::fail(first.error());
      piece = *first;
    }
    if (piece.empty()) call.is_chunked = false;  // nothing at all: that has a length
    framing = call.is_chunked ? Framing::kChunked : Framing::kLength;
  }
  call.disarm();
  const bool is_small = call.is_chunked || piece.size() <= kSmallPiece;
  call.out.reserve(1024 + (is_small ? piece.size() : 0));
  if (auto made = append_request_head(call.out, call.request, framing, length); !made) co_return made;
  for (auto& [name, value] : call.request.headers) model::Secret::wipe(value);
  if (call.is_chunked) append_chunk(call.out, piece);
  else if (is_small) call.out.append(piece);
  else call.large_piece = piece;
  co_return Result<void>{};
}

void start_sending(Call& call) {
  call.phase = Call::Phase::kSending;
  call.unsent = call.out;
  while (!call.unsent.empty()) {
    const auto moved = call.connection->write_now(call.unsent);
    if (moved.io != Io::kDone) break;
    call.has_sent = true;
    call.unsent.remove_prefix(moved.bytes);
  }
  if (call.unsent.empty() && call.large_piece.empty() && !call.is_chunked && call.body_left == 0) {
    call.phase = Call::Phase::kHead;
    call.arm(call.request.head_within);
    return;
  }
  call.has_sent = true;
  call.sending_ends.emplace(call.lane->context, asio::steady_timer::time_point::max());
  call.is_sending = true;
  asio::co_spawn(call.lane->context, send_rest(call.shared_from_this()), asio::detached);
}

ports::Task<void> stop_sending(Call& call) {
  if (!call.is_sending) co_return;
  call.stops_sending = true;
  if (call.is_reading_body) call.request.body->stop();
  else if (call.connection) call.connection->cancel();
  while (call.is_sending) co_await call.sending_ends->async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace valetkey::adapters::upstream
