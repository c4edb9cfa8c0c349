#include "adapters/upstream/call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/upstream/dial.hpp"
#include "adapters/upstream/read_head.hpp"
#include "adapters/upstream/reply_body.hpp"
#include "adapters/upstream/send_body.hpp"

namespace valetkey::adapters::upstream {
namespace {

using model::Code;
using model::Error;

/// One second less than the server says, since its clock began before ours.
model::Milliseconds keep_within(model::Milliseconds ours, std::optional<model::Seconds> theirs) {
  if (!theirs) return ours;
  return std::min<model::Milliseconds>(ours, *theirs - model::Seconds{1});
}

/// RFC 9110 9.2.2.
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" || method == "PUT" || method == "DELETE";
}

/// Ends what is under way, so that nothing touches the request any more.
ports::Task<Outcome> failed(Call& call, Error error) {
  ports::HttpFailure failure{.state = call.has_sent ? ports::SendState::kSent : ports::SendState::kNotSent,
                             .error = call.reason_or(std::move(error))};
  co_await stop_sending(call);
  call.let_go();
  co_return std::unexpected(std::move(failure));
}

}  // namespace

Call::Call(std::shared_ptr<Lane> lane_in, ports::UpstreamRequest request_in) : lane(std::move(lane_in)), request(std::move(request_in)) {
  lane->watch(*this);
}

Call::~Call() {
  model::Secret::wipe(out);
  lane->unwatch(*this);
}

void Call::follow_departure() {
  if (request.departure == nullptr) return;
  // Not taken back at the end: a later call of the same caller may have said something else meanwhile.
  request.departure->when_gone([weak = weak_from_this()] {
    if (const auto call = weak.lock()) call->end({.code = Code::kCallerGone, .detail = "the caller left"});
  });
}

void Call::end(Error why) {
  if (ended) return;
  ended = std::move(why);
  may_keep = false;
  disarm();
  if (look_up != nullptr) look_up->cancel();
  if (connection) connection->close();
  stops_sending = true;
  if (is_reading_body) request.body->stop();
}

void Call::expire() {
  const auto timeout = [this](Code code, std::string_view what, model::Milliseconds within) {
    end({.code = code, .detail = fmt::format("{} within {} ms", what, within.count())});
  };
  if (is_reading_body) return timeout(Code::kUpstreamTimeout, "nothing came of the request's body", request.idle_for);
  if (is_sending) return timeout(Code::kUpstreamTimeout, "the server took nothing", request.idle_for);
  if (phase == Phase::kHead) return timeout(Code::kUpstreamTimeout, "no reply", request.head_within);
  if (phase == Phase::kReply) return timeout(Code::kUpstreamTimeout, "nothing came of the reply's body", request.idle_for);
  if (lane->now() >= connect_until) return timeout(Code::kUpstreamUnreachable, "no connection", request.connect_within);
  disarm();
  if (connection) connection->close();  // the next address
}

Error Call::reason_or(Error error) const {
  if (ended) error = *ended;
  return model::in_context(std::move(error), fmt::format("call {}", model::origin_of(request.origin)));
}

void Call::let_go() {
  disarm();
  if (is_sending) {
    end({.code = Code::kCallerGone, .detail = "nobody reads the reply"});
    return;
  }
  ended.emplace(Error{.code = Code::kCallerGone, .detail = "the call is over"});
  if (!connection) return;
  if (may_keep) {
    connection->kept_until = lane->now() + keep_within(lane->shared->settings.keep_for, keep_for);
    lane->pool.put(std::move(connection));
  }
  connection.reset();
}

namespace {

/// A kept connection, or else a new one.
ports::Answer<bool> connect(Call& call, bool may_be_kept) {
  if (may_be_kept) call.connection = call.lane->pool.take(PoolKeyView(call.request), call.lane->now());
  if (call.connection) co_return true;
  if (auto dialled = co_await dial(call); !dialled) co_return model::fail(std::move(dialled.error()));
  co_return false;
}

/// A server may close a kept connection at any time; nobody can tell whether it saw the request (RFC 9112 9.3.1).
bool may_repeat(const Call& call, bool was_kept) {
  return was_kept && !call.has_received && !call.ended && call.request.body == nullptr && is_idempotent(call.request.method);
}

ports::Answer<ReplyHead> exchange_heads(Call& call) {
  for (bool may_be_kept = true;; may_be_kept = false) {
    const auto is_kept = co_await connect(call, may_be_kept);
    if (!is_kept) co_return model::fail(is_kept.error());
    start_sending(call);
    auto head = co_await read_head(call);
    if (head || !may_repeat(call, *is_kept)) co_return head;
    co_await stop_sending(call);
    call.stops_sending = false;
    call.connection.reset();
  }
}

}  // namespace

ports::Task<Outcome> run(std::shared_ptr<Call> call) {
  const auto& origin = call->request.origin;
  if (auto allowed = call->lane->shared->settings.policy->check_name(origin.host, origin.port); !allowed)
    co_return co_await failed(*call, std::move(allowed.error()));
  call->follow_departure();
  if (call->ended) co_return co_await failed(*call, *call->ended);
  if (auto prepared = co_await prepare(*call); !prepared) co_return co_await failed(*call, std::move(prepared.error()));
  auto head = co_await exchange_heads(*call);
  if (!head) co_return co_await failed(*call, std::move(head.error()));
  // The server has decided without the rest of the body; with 2xx it may go on reading it.
  if (call->is_sending && head->status >= 300) co_await stop_sending(*call);
  if (call->ended) co_return co_await failed(*call, *call->ended);
  if (!call->is_sending) {
    call->disarm();
    model::Secret::wipe(call->out);
  }
  call->phase = Call::Phase::kReply;
  auto body = std::make_unique<ReplyBody>(call, *head);
  co_return ports::UpstreamReply{.status = head->status, .headers = std::move(head->headers), .body = std::move(body)};
}

}  // namespace valetkey::adapters::upstream
