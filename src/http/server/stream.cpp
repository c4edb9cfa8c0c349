#include "http/server/stream.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "http/server/response_writer.hpp"
#include "model/secret.hpp"

namespace valetkey::http::server {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kWriteAtOnce = 64 * 1024;
constexpr std::string_view kLastChunk = "0\r\n\r\n";
// With one second until the next watch and one in which a verified key is believed, a revoked one ends within ten.
constexpr model::Seconds kConfirmEvery{8};
constexpr model::Seconds kConfirmWithin{10};

std::unexpected<model::Error> gone() { return model::fail(model::Code::kCallerGone, "write the answer: the caller left"); }

std::unexpected<model::Error> misused(std::string_view how) {
  return model::fail(model::Code::kInternal, fmt::format("write the answer: {}", how));
}

}  // namespace

Stream::Stream(Transport& transport, model::ReadBuffer& buffer, Rules& rules, const Request& request, Facts facts)
    : wire_(transport, buffer),
      rules_(rules),
      request_(request),
      facts_(facts),
      body_(wire_, facts.has_body ? facts.size : 0, facts.expects_continue),
      progress_at_(rules.world.clock.boot_now()),
      confirmed_at_(progress_at_) {}

ports::Answer<void> Stream::begin(int status, Pairs headers, std::optional<std::uint64_t> size) {
  if (has_begun_) co_return misused("it was begun already");
  const bool is_head = request_.method == "HEAD";
  const bool ends_with_connection = !size && facts_.is_old && !is_head && may_have_body(status);
  keep_alive_ = facts_.keep_alive && body_.is_at_end() && !ends_with_connection && !rules_.draining.load(std::memory_order_relaxed);
  const Framing framing{
      .keep_alive = keep_alive_, .is_head = is_head, .request_id = request_.request_id, .date = date_of(rules_.world.clock.wall_now())};
  if (!append_head(out_, status, headers, framing, {.size = size, .is_chunked = !facts_.is_old}))
    co_return misused("a header would break it");
  body_.forget_continue();
  has_begun_ = true;
  has_body_ = !is_head && may_have_body(status);
  size_ = size;
  co_return model::Result<void>{};
}

ports::Answer<void> Stream::write(std::string_view piece) {
  if (!has_begun_) co_return misused("it was not begun");
  if (wire_.has_left()) co_return gone();
  if (!has_body_) co_return model::Result<void>{};
  if (size_ && piece.size() > *size_ - bytes_) co_return misused("the body is longer than was said");
  while (!piece.empty()) {
    const auto part = piece.substr(0, kWriteAtOnce);
    piece.remove_prefix(part.size());
    bytes_ += part.size();
    const bool is_bare = out_.empty() && (size_ || facts_.is_old);
    if (!is_bare) frame(part);
    if (!(is_bare ? co_await wire_.write(part) : co_await send())) co_return gone();
  }
  co_return model::Result<void>{};
}

void Stream::frame(std::string_view piece) {
  const bool is_chunked = !size_ && !facts_.is_old;
  if (is_chunked) fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece.size());
  out_.append(piece);
  if (is_chunked) out_.append("\r\n");
}

ports::Task<bool> Stream::send() {
  is_sending_ = true;
  const bool is_sent = co_await wire_.write(out_);
  is_sending_ = false;
  out_.clear();
  co_return is_sent;
}

Exchange::Sent Stream::sent() const { return {.bytes = bytes_, .has_begun = has_begun_, .is_whole = !is_short() && !wire_.has_left()}; }

bool Stream::may_keep_alive() {
  body_.skip_received();
  return facts_.keep_alive && body_.is_at_end();
}

ports::Task<void> Stream::finish(const Response& response) {
  const bool is_whole = response.is_streamed && !response.is_cut && !is_short();
  if (!is_whole) {
    // A body that ends with its connection would look whole.
    if (ends_with_connection()) wire_.abort();
    else wire_.leave();
  } else {
    if (has_body_ && !size_ && !facts_.is_old) out_.append(kLastChunk);
    co_await send();
  }
}

ports::Task<void> Stream::settle() {
  is_over_ = true;
  body_.stop();
  co_await wire_.settle();
}

void Stream::watch(model::BootTime now, asio::io_context& context) {
  if (is_over_ || wire_.has_left()) return;
  if (wire_.take_progress() || !wire_.waits_for_caller()) progress_at_ = now;
  if (now - progress_at_ >= rules_.limits.stream_idle_for) return cut("nothing was sent or read for too long");
  if (wire_.has_peer_left()) return wire_.leave();
  if (is_head_waiting()) asio::co_spawn(context, [self = shared_from_this()] { return self->send_head(); }, asio::detached);
  if (!rules_.hooks.still_allowed || is_confirming_ || now - confirmed_at_ < kConfirmEvery) return;
  is_confirming_ = true;
  Request caller;
  caller.route = request_.route;
  for (const auto& header : request_.headers)
    if (header.first == "authorization") caller.headers.push_back(header);
  asio::co_spawn(
      context, [self = shared_from_this(), caller = std::move(caller), now]() mutable { return self->confirm(std::move(caller), now); },
      asio::detached);
}

/// What the first piece is waiting for may take long.
ports::Task<void> Stream::send_head() {
  if (is_over_ || !is_head_waiting()) co_return;
  const auto head = std::exchange(out_, {});
  co_await wire_.write(head);
}

ports::Task<void> Stream::confirm(Request caller, model::BootTime asked_at) {
  const auto allowed = co_await rules_.hooks.still_allowed(caller);
  for (auto& header : caller.headers) model::Secret::wipe(header.second);
  is_confirming_ = false;
  if (is_over_ || wire_.has_left()) co_return;
  if (allowed) confirmed_at_ = asked_at;
  else if (!model::is_store_down(allowed.error()) || asked_at - confirmed_at_ >= kConfirmWithin) cut("its key does not allow it any more");
}

void Stream::cut(std::string_view reason) {
  if (wire_.has_left()) return;
  rules_.world.log.write(ports::LogLevel::kInfo, "a streamed answer was cut",
                         {{"request_id", request_.request_id}, {"reason", std::string(reason)}});
  if (has_begun_ && ends_with_connection()) wire_.abort();
  else wire_.leave();
}

}  // namespace valetkey::http::server
