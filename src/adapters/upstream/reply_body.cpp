#include "adapters/upstream/reply_body.hpp"

#include <algorithm>

#include "adapters/upstream/send_body.hpp"

namespace valetkey::adapters::upstream {
namespace {

using model::Code;

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::string_view kEnd{};

}  // namespace

/// RFC 9112 6.3.
ReplyBody::Extent ReplyBody::extent_of(const Call& call, const ReplyHead& head) {
  if (call.request.method == "HEAD" || head.status == 204 || head.status == 304) return Extent::kNone;
  if (head.is_chunked) return Extent::kChunked;
  if (head.length) return *head.length == 0 ? Extent::kNone : Extent::kLength;
  return Extent::kUntilClose;
}

ReplyBody::ReplyBody(std::shared_ptr<Call> call, const ReplyHead& head)
    : call_(std::move(call)),
      extent_(extent_of(*call_, head)),
      keeps_alive_(head.keeps_alive && extent_ != Extent::kUntilClose),
      size_(head.status == 204 ? std::uint64_t{0} : head.length),
      left_(head.length.value_or(0)),
      is_whole_(extent_ == Extent::kNone) {
  call_->keep_for = head.keep_for;
}

ReplyBody::~ReplyBody() {
  if (is_finished_) return;
  // A reader that knows the size need not ask for the end.
  call_->may_keep = is_whole_ && keeps_alive_ && !call_->is_sending && !call_->stops_sending && !call_->ended;
  call_->let_go();
}

ports::Answer<std::string_view> ReplyBody::read() {
  if (is_finished_) co_return kEnd;
  auto piece = co_await next_piece();
  if (piece && !piece->empty()) co_return piece;
  if (piece) co_await finish();
  else co_await stop_sending(*call_);
  co_return piece;
}

ports::Answer<std::string_view> ReplyBody::next_piece() {
  if (call_->ended) co_return broken("it was stopped");
  if (is_whole_) co_return kEnd;
  switch (extent_) {
    case Extent::kLength: co_return co_await read_length();
    case Extent::kChunked: co_return co_await read_chunks();
    default: co_return co_await read_until_close();
  }
}

void ReplyBody::stop() { call_->end({.code = Code::kCallerGone, .detail = "the reading of the reply was stopped"}); }

/// The whole reply was read. What of the request was not sent is not wanted any more.
ports::Task<void> ReplyBody::finish() {
  const bool was_sending = call_->is_sending;
  co_await stop_sending(*call_);
  call_->may_keep = keeps_alive_ && !was_sending && !call_->stops_sending && !call_->ended;
  is_finished_ = true;
  call_->let_go();
}

ports::Answer<void> ReplyBody::receive(std::size_t most) {
  auto& call = *call_;
  auto& in = call.connection->in;
  call.is_reply_waited_for = true;
  if (!call.is_sending) call.arm(call.request.idle_for);  // a server may wait for more of the request
  const auto moved = co_await call.connection->read(in.room(most));
  call.is_reply_waited_for = false;
  if (!call.is_sending) call.disarm();
  if (call.ended) co_return broken({});
  if (moved.io == Io::kEnd && extent_ == Extent::kUntilClose) {
    is_whole_ = true;
    co_return model::Result<void>{};
  }
  if (moved.io != Io::kDone) co_return broken("the connection ended before the reply did");
  in.received(moved.bytes);
  co_return model::Result<void>{};
}

/// What is in the buffer.
std::string_view ReplyBody::take() {
  auto& in = call_->connection->in;
  auto piece = in.bytes();
  if (extent_ == Extent::kLength) {
    piece = piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size())));
    left_ -= piece.size();
    is_whole_ = left_ == 0;
  }
  in.use(piece.size());
  return piece;
}

ports::Answer<std::string_view> ReplyBody::read_length() {
  if (call_->connection->in.empty())
    if (auto received = co_await receive(static_cast<std::size_t>(std::min<std::uint64_t>(left_, kPiece))); !received)
      co_return model::fail(std::move(received.error()));
  co_return take();
}

ports::Answer<std::string_view> ReplyBody::read_until_close() {
  if (call_->connection->in.empty())
    if (auto received = co_await receive(kPiece); !received) co_return model::fail(std::move(received.error()));
  co_return take();
}

ports::Answer<std::string_view> ReplyBody::read_chunks() {
  auto& in = call_->connection->in;
  for (;;) {
    const auto step = chunks_.feed(in.bytes());
    if (chunks_.is_malformed()) co_return broken("its chunks are malformed");
    in.use(step.used);
    if (!step.piece.empty()) co_return step.piece;
    if (chunks_.is_done()) {
      is_whole_ = true;
      co_return kEnd;
    }
    if (auto received = co_await receive(kPiece); !received) co_return model::fail(std::move(received.error()));
  }
}

/// What came is only a part. The call is over, but for a sender that still has to end.
std::unexpected<model::Error> ReplyBody::broken(std::string_view reason) {
  call_->end({.code = Code::kUpstreamBroken, .detail = "read the reply: " + std::string(reason)});
  return model::fail(call_->reason_or({}));
}

}  // namespace valetkey::adapters::upstream
