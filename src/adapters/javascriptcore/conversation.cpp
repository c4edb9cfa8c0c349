#include "adapters/javascriptcore/conversation.hpp"

#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <csignal>

#include "adapters/javascriptcore/failure_kind.hpp"
#include "adapters/javascriptcore/frame_socket.hpp"
#include "adapters/javascriptcore/time_limit.hpp"
#include "model/encoding.hpp"

namespace valetkey::adapters::javascriptcore {
namespace {

using Kind = ports::ScriptFailure::Kind;

constexpr model::Milliseconds kStart{10'000};  // of processor time or so, for a worker to be ready
constexpr int kMostAsks = 256;
constexpr std::size_t kMostLogLines = 100;
constexpr std::size_t kMostLine = 1024;  // bytes, also of a message
constexpr std::size_t kFailureParts = 3;

static_assert(static_cast<int>(ScriptFailure::kSyntax) == static_cast<int>(Kind::kSyntax) &&
              static_cast<int>(ScriptFailure::kMemory) == static_cast<int>(Kind::kMemory) &&
              static_cast<int>(ScriptFailure::kNoFunction) == static_cast<int>(Kind::kNoFunction));

/// What comes from a worker may be anything.
std::string text_of(std::string_view outside) { return model::as_utf8(outside.substr(0, kMostLine)); }

std::vector<std::string> log_of(const Frame& frame, std::size_t first) {
  std::vector<std::string> log;
  for (std::size_t i = first; i < frame.parts.size() && log.size() < kMostLogLines; ++i) log.push_back(text_of(frame.parts[i]));
  return log;
}

Conversation result_of(Frame frame) {
  auto log = log_of(frame, 1);
  return {.outcome = ports::ScriptResult{.output = std::move(frame.parts[0]), .log = std::move(log)}, .is_reusable = true};
}

Conversation failure_of(const Frame& frame) {
  ports::ScriptFailure failure{.message = text_of(frame.parts[1]), .log = log_of(frame, kFailureParts)};
  const auto& kind = frame.parts[0];
  if (kind.size() == 1 && kind[0] >= 0 && kind[0] <= static_cast<char>(Kind::kNoFunction)) failure.kind = static_cast<Kind>(kind[0]);
  const auto& line = frame.parts[2];
  (void)std::from_chars(line.data(), line.data() + line.size(), failure.line);
  const bool is_reusable = failure.kind != Kind::kTimeout && failure.kind != Kind::kMemory;
  return {.outcome = std::unexpected(std::move(failure)), .is_reusable = is_reusable};
}

/// The engine ends itself where memory is missing and a script could not be told.
bool gave_up(int signal) { return signal == SIGABRT || signal == SIGTRAP || signal == SIGILL; }

Conversation ended(WorkerProcess& worker, const TimeLimit& limit, bool has_asked) {
  worker.kill();
  const auto signal = worker.end_signal();
  if (limit.was_exceeded()) return {.outcome = failed(Kind::kTimeout, "it ran out of time")};
  if (gave_up(signal)) return {.outcome = failed(Kind::kMemory, "it ran out of memory")};
  return {.outcome = failed(Kind::kEnded, "its worker process ended"), .is_lost = signal == SIGKILL && !has_asked};
}

ports::Task<std::optional<Conversation>> get_ready(WorkerProcess& worker, FrameSocket& socket) {
  if (worker.is_ready) co_return std::nullopt;
  TimeLimit limit(co_await boost::asio::this_coro::executor, worker);
  limit.start(kStart);
  const auto frame = co_await socket.receive();
  if (frame && frame->kind == FrameKind::kRefused && !frame->parts.empty())
    co_return Conversation{.outcome = failed(Kind::kUnavailable, text_of(frame->parts[0]))};
  if (!frame || frame->kind != FrameKind::kReady)
    co_return Conversation{.outcome = failed(Kind::kUnavailable, "a script worker did not start"), .is_lost = !limit.was_exceeded()};
  worker.is_ready = true;
  co_return std::nullopt;
}

ports::Task<std::string> answer_to(const Frame& question, ports::ScriptHost* host) {
  if (host == nullptr) co_return encoded({.kind = FrameKind::kAnswerError, .parts = {"there is nothing to ask here"}}).value();
  auto answer = co_await host->ask(question.parts[0], question.parts[1]);
  auto frame = answer ? encoded({.kind = FrameKind::kAnswer, .parts = {std::move(*answer)}})
                      : encoded({.kind = FrameKind::kAnswerError, .parts = {std::move(answer.error().detail)}});
  if (!frame) frame = encoded({.kind = FrameKind::kAnswerError, .parts = {"the answer is larger than 1 MiB"}});
  co_return std::move(*frame);
}

}  // namespace

Outcome failed(Kind kind, std::string message) {
  return std::unexpected(ports::ScriptFailure{.kind = kind, .message = std::move(message)});
}

ports::Task<Conversation> converse(WorkerProcess& worker, const std::string& frame, const ports::ScriptCall& call) {
  const auto executor = co_await boost::asio::this_coro::executor;
  FrameSocket socket(executor, worker.socket());
  if (auto refused = co_await get_ready(worker, socket)) co_return std::move(*refused);
  // The engine's own limit comes first, and leaves the script's log and the line.
  const auto most = call.deadline + call.deadline / 2;
  TimeLimit limit(executor, worker);
  auto outgoing = frame;
  for (int asks = 0;; ++asks) {
    limit.start(most);
    const bool is_sent = co_await socket.send(std::move(outgoing));
    auto reply = is_sent ? co_await socket.receive() : std::nullopt;
    limit.stop();
    if (!reply) co_return ended(worker, limit, asks > 0);
    if (reply->kind == FrameKind::kResult && !reply->parts.empty()) co_return result_of(std::move(*reply));
    if (reply->kind == FrameKind::kFailure && reply->parts.size() >= kFailureParts) co_return failure_of(*reply);
    if (reply->kind != FrameKind::kAsk || reply->parts.size() != 2)
      co_return Conversation{.outcome = failed(Kind::kEnded, "its worker process spoke out of turn")};
    if (asks == kMostAsks) co_return Conversation{.outcome = failed(Kind::kException, "it asks the broker too often")};
    outgoing = co_await answer_to(*reply, call.host);
  }
}

}  // namespace valetkey::adapters::javascriptcore
