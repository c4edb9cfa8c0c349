#include "adapters/javascriptcore/javascriptcore_engine.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "adapters/javascriptcore/conversation.hpp"
#include "adapters/javascriptcore/frame.hpp"
#include "adapters/javascriptcore/worker_pool.hpp"

namespace valetkey::adapters::javascriptcore {
namespace {

using Kind = ports::ScriptFailure::Kind;

constexpr std::array<std::string_view, 8> kLabels{"syntax", "exception", "timeout",     "memory",
                                                  "ended",  "too_large", "unavailable", "no_function"};

constexpr int kMostAttempts = 3;

std::string_view label_of(const Outcome& outcome) {
  return outcome ? std::string_view("ok") : kLabels.at(static_cast<std::size_t>(outcome.error().kind));
}

std::optional<std::string> frame_of(ports::ScriptCall& call) {
  return encoded({.kind = FrameKind::kCall,
                  .parts = {call.function, std::move(call.prelude), std::move(call.source), std::move(call.input),
                            std::to_string(call.deadline.count())}});
}

ports::Task<Outcome> outcome_of(const std::shared_ptr<WorkerPool>& pool, ports::ScriptCall call) {
  auto frame = frame_of(call);
  if (!frame) co_return failed(Kind::kTooLarge, "script and input are larger than 1 MiB");
  for (int attempts = 1;; ++attempts) {
    auto lease = co_await pool->acquire(call.tenant);
    if (!lease) co_return failed(Kind::kUnavailable, std::move(lease.error().detail));
    boost::asio::post(co_await boost::asio::this_coro::executor, [pool] { pool->refill(); });
    auto done = co_await converse(lease->worker(), *frame, call);
    if (done.is_reusable) lease->finish();
    if (!done.is_lost || attempts == kMostAttempts) co_return std::move(done.outcome);
  }
}

}  // namespace

JavaScriptCoreEngine::JavaScriptCoreEngine(const PoolSettings& settings, ports::Clock& clock, ports::Metrics& metrics)
    : clock_(clock),
      metrics_(metrics),
      pool_(std::make_shared<WorkerPool>(settings, metrics)) {}

JavaScriptCoreEngine::~JavaScriptCoreEngine() { pool_->close(); }

ports::Task<Outcome> JavaScriptCoreEngine::run(ports::ScriptCall call) {
  const auto began = clock_.boot_now();
  auto outcome = co_await outcome_of(pool_, std::move(call));
  metrics_.count("valetkey_scripts_total", label_of(outcome));
  metrics_.observe("valetkey_script_seconds", "", std::chrono::duration<double>(clock_.boot_now() - began).count());
  co_return outcome;
}

}  // namespace valetkey::adapters::javascriptcore
