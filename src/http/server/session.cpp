#include "http/server/session.hpp"

#include <fmt/format.h>

#include "http/isolation.hpp"
#include "http/problem.hpp"
#include "http/server/framing.hpp"
#include "http/server/response_writer.hpp"
#include "http/server/target.hpp"
#include "model/http_head.hpp"
#include "model/secret.hpp"

namespace valetkey::http::server {
namespace {

constexpr std::size_t kReadAtOnce = 4096;
constexpr std::size_t kKeptBuffer = 16 * 1024;  // what a large body took is given back
constexpr std::size_t kReadBodyAtOnce = 64 * 1024;
constexpr model::Milliseconds kLingerFor{2'000};
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

model::Error malformed(std::string_view reason) {
  return {.code = model::Code::kMalformedRequest, .detail = fmt::format("read the request: {}", reason)};
}

model::Error too_large(std::string_view what, std::size_t limit) {
  return {.code = model::Code::kPayloadTooLarge, .detail = fmt::format("read the request: {} is larger than {} bytes", what, limit)};
}

/// Says what is under way, for as long as it is.
class StreamUnderWay {
 public:
  StreamUnderWay(Rules& rules, Stream*& slot, Stream& stream) : rules_(rules), slot_(slot) {
    slot_ = &stream;
    rules_.streams.fetch_add(1, std::memory_order_relaxed);
  }
  ~StreamUnderWay() {
    slot_ = nullptr;
    rules_.streams.fetch_sub(1, std::memory_order_relaxed);
  }
  StreamUnderWay(const StreamUnderWay&) = delete;
  StreamUnderWay& operator=(const StreamUnderWay&) = delete;

 private:
  Rules& rules_;
  Stream*& slot_;
};

}  // namespace

Session::Session(std::unique_ptr<Transport> transport, Listener listener, Rules& rules)
    : transport_(std::move(transport)),
      listener_(listener),
      rules_(rules),
      parser_(rules.limits.body_bytes) {
  enter(Phase::kIdle, rules_.limits.head_within);
}

void Session::enter(Phase phase, std::optional<model::Milliseconds> at_most) {
  phase_ = phase;
  if (at_most) since_ = rules_.world.clock.boot_now();
  deadline_ = at_most ? since_ + *at_most : model::BootTime::max();
}

ports::Task<void> Session::run() {
  if (co_await transport_->handshake()) {
    while (co_await serve_one()) {
    }
  }
  transport_->close();
}

void Session::sweep(model::BootTime now, boost::asio::io_context& context) {
  if (stream_ != nullptr) stream_->watch(now, context);
  else if (now >= deadline_) close();
}

void Session::close() {
  if (stream_ != nullptr) stream_->cut("the server ends it");
  else transport_->close();
}

ports::Task<bool> Session::serve_one() {
  if (!co_await read_head()) co_return co_await refuse();
  auto& request = parser_.request();
  if (rules_.hooks.streams && rules_.hooks.streams(request)) co_return co_await serve_stream();
  if (!accept_query() || (!is_done_ && !co_await read_body())) co_return co_await refuse();
  enter(Phase::kAnswering, std::nullopt);
  auto response = co_await rules_.answerer(request);
  const bool keep_alive = parser_.keep_alive() && !rules_.draining.load(std::memory_order_relaxed);
  // Nearly every answer goes out at once, without a coroutine.
  const bool is_written = send_now(response, keep_alive) || co_await send_rest();
  if (response.holds_secret) {
    model::Secret::wipe(out_);
    model::Secret::wipe(response.body);
  }
  model::Secret::wipe(request.body);
  if (!is_written) co_return false;
  if (!keep_alive) co_await linger();
  co_return keep_alive&& may_go_on();
}

/// The body is not read before the handler asks for it, and the answer is written by it.
ports::Task<bool> Session::serve_stream() {
  auto& request = parser_.request();
  enter(Phase::kAnswering, std::nullopt);
  const auto stream = std::make_shared<Stream>(*transport_, buffer_, rules_, request,
                                               Stream::Facts{.is_old = parser_.is_old(),
                                                             .keep_alive = parser_.keep_alive(),
                                                             .has_body = parser_.is_chunked() || parser_.content_length(),
                                                             .expects_continue = parser_.expects_continue() && buffer_.empty(),
                                                             .size = parser_.content_length()});
  Response response;
  {
    const StreamUnderWay under_way(rules_, stream_, *stream);
    request.exchange = stream.get();
    response = co_await rules_.answerer(request);
    if (stream->has_begun()) co_await stream->finish(response);
    co_await stream->settle();
  }
  if (stream->has_left()) co_return false;
  bool keep_alive = stream->keep_alive();
  if (!stream->has_begun()) {
    if (response.is_streamed)
      response = problem_response({.code = model::Code::kInternal, .detail = "answer the request: nothing was begun"}, request);
    keep_alive = stream->may_keep_alive() && !rules_.draining.load(std::memory_order_relaxed);
    if (!co_await send(response, keep_alive)) co_return false;
  }
  if (!keep_alive) co_await linger();
  co_return keep_alive&& may_go_on();
}

/// Behind an answer that said keep-alive.
bool Session::may_go_on() {
  is_first_ = false;
  buffer_.shrink(kKeptBuffer);
  parser_.reset();
  enter(Phase::kIdle, rules_.limits.idle_for);
  // The drain may have begun after the answer said keep-alive.
  return !rules_.draining.load(std::memory_order_relaxed) || !buffer_.empty();
}

bool Session::accept_query() {
  auto ok = read_query(parser_.request());
  return ok || refused(std::move(ok.error()));
}

ports::Task<bool> Session::read_head() {
  is_done_ = false;
  bool may_skip_line = true;
  for (std::size_t searched = 0;;) {
    // RFC 9112 2.2: one empty line before the request is tolerated.
    if (may_skip_line && buffer_.bytes().starts_with("\r\n")) {
      buffer_.use(2);
      searched = 0;
      may_skip_line = false;
    }
    const auto bytes = buffer_.bytes();
    if (phase_ == Phase::kIdle && !bytes.empty()) begin_request();
    const auto size = model::head_size(bytes, searched);
    if ((size > 0 ? size : bytes.size()) > rules_.limits.header_bytes)
      co_return refused(too_large("the request line with the headers", rules_.limits.header_bytes));
    if (size > 0) {
      const auto head = bytes.substr(0, size);
      if (const auto reason = framing_error(head)) co_return refused(malformed(*reason));
      co_return feed_head(head) && accept_head();
    }
    if (model::has_bare_line_feed(bytes, searched)) co_return refused(malformed("a line does not end with CRLF"));
    searched = bytes.size();
    const auto [error, received] = co_await transport_->read_some(buffer_.room(kReadAtOnce));
    if (error) co_return false;
    buffer_.received(received);
  }
}

/// The first byte of a request is there. On a fresh connection the time runs already.
void Session::begin_request() {
  if (is_first_) phase_ = Phase::kReading;
  else enter(Phase::kReading, rules_.limits.head_within);
}

bool Session::feed_head(std::string_view head) {
  const auto [outcome, used] = parser_.feed(head);
  buffer_.use(used);
  is_done_ = outcome == RequestParser::Outcome::kDone;
  // How large the body may be depends on the route.
  return parser_.has_head() || refused(malformed("the message is not HTTP/1.1"));
}

bool Session::feed_body() {
  const auto [outcome, used] = parser_.feed(buffer_.bytes());
  buffer_.use(used);
  is_done_ = outcome == RequestParser::Outcome::kDone;
  if (outcome == RequestParser::Outcome::kMalformed) return refused(malformed("the message is not HTTP/1.1"));
  if (outcome == RequestParser::Outcome::kTooLarge) return refused(too_large("the body", rules_.limits.body_bytes));
  return true;
}

/// Before the body is read: what can be refused by the head alone.
bool Session::accept_head() {
  auto& request = parser_.request();
  request.listener = listener_;
  request.peer = transport_->peer();
  request.is_tls = transport_->is_tls();
  request.request_id = rules_.world.random.token(16);
  rules_.forwarded.apply(request);
  if (auto ok = read_target(request); !ok) return refused(std::move(ok.error()));
  if (auto ok = rules_.hosts.check(request.header("host").value_or(std::string_view{}), transport_->local()); !ok)
    return refused(std::move(ok.error()));
  if (request.header("expect") && !parser_.expects_continue()) return refused(malformed("Expect is not 100-continue"));
  return true;
}

ports::Task<bool> Session::read_body() {
  if (parser_.missing() > rules_.limits.body_bytes) co_return refused(too_large("the body", rules_.limits.body_bytes));
  if (!buffer_.empty() && !feed_body()) co_return false;
  deadline_ = since_ + rules_.limits.request_within;
  if (parser_.expects_continue() && buffer_.empty() && transport_->write_now(kContinue) != kContinue.size()) {
    const auto [error, written] = co_await transport_->write(kContinue);
    if (error) co_return false;
  }
  while (!is_done_) {
    const auto least = std::clamp<std::uint64_t>(parser_.missing(), kReadAtOnce, kReadBodyAtOnce);
    // What the parser leaves over is a chunk header or trailers: a few bytes, unless somebody plays.
    if (buffer_.bytes().size() > rules_.limits.header_bytes) co_return refused(malformed("a chunk header or the trailers are too long"));
    const auto [error, received] = co_await transport_->read_some(buffer_.room(least));
    if (error) co_return false;
    buffer_.received(received);
    if (!feed_body()) co_return false;
  }
  co_return true;
}

bool Session::refused(model::Error error) {
  refusal_ = std::move(error);
  return false;
}

/// Says why the request was not read, where that can be said. Always false: the connection ends.
ports::Task<bool> Session::refuse() {
  if (!refusal_) co_return false;
  auto& request = parser_.request();
  if (request.request_id.empty()) request.request_id = rules_.world.random.token(16);
  auto response = problem_response(*refusal_, request.request_id);
  isolate(response);  // it may have been meant for the proxy
  rules_.world.metrics.count("valetkey_http_refused_total", model::facts(refusal_->code).code);
  rules_.world.log.write(ports::LogLevel::kInfo, "request refused",
                         {{"request_id", request.request_id},
                          {"status", std::to_string(response.status)},
                          {"code", response.code},
                          {"detail", response.detail}});
  if (co_await send(response, false)) co_await linger();
  co_return false;
}

ports::Task<bool> Session::send(const Response& response, bool keep_alive) {
  const bool is_written = send_now(response, keep_alive) || co_await send_rest();
  if (response.holds_secret) model::Secret::wipe(out_);
  co_return is_written;
}

/// False: not all of it was taken; send_rest() waits for that.
bool Session::send_now(const Response& response, bool keep_alive) {
  const auto& request = parser_.request();
  out_.clear();
  append_response(out_, response,
                  {.keep_alive = keep_alive,
                   .is_head = request.method == "HEAD",
                   .request_id = request.request_id,
                   .date = date_of(rules_.world.clock.wall_now())});
  written_ = transport_->write_now(out_);
  return written_ == out_.size();
}

ports::Task<bool> Session::send_rest() {
  enter(Phase::kWriting, rules_.limits.request_within);
  const auto [error, written] = co_await transport_->write(std::string_view(out_).substr(written_));
  co_return !error;
}

/// Reads on for a moment, so that closing does not reset the connection under an answer that the client has not read yet (RFC 9112 9.6).
ports::Task<void> Session::linger() {
  enter(Phase::kClosing, kLingerFor);
  co_await transport_->end_writing();
  std::string discarded(kReadAtOnce, '\0');
  for (std::size_t total = 0; total < kLingerBytes;) {
    const auto [error, received] = co_await transport_->read_some(discarded);
    if (error) co_return;
    total += received;
  }
}

}  // namespace valetkey::http::server
