#pragma once
#include <boost/asio/post.hpp>
#include <deque>
#include <future>
#include <stdexcept>
#include <thread>

#include "http/server/server.hpp"
#include "support/fixed_random.hpp"
#include "support/raw_client.hpp"
#include "support/recorded_log.hpp"
#include "support/recorded_metrics.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::test {

/// The real server on free loopback ports, two contexts in two threads, on a clock that the test moves.
class ServerRig {
 public:
  static http::server::Settings settings() { return {.listen = {.host = "127.0.0.1"}}; }

  explicit ServerRig(http::server::Answerer answerer, http::server::Settings settings = ServerRig::settings(),
                     http::server::StreamHooks hooks = {})
      : server_(std::move(settings), std::move(answerer), {clock, random, log, metrics}, {&contexts_[0], &contexts_[1]}, std::move(hooks)) {
    if (auto started = server_.start(); !started) throw std::runtime_error(started.error().detail);
    for (auto& context : contexts_) threads_.emplace_back([&context] { context.run(); });
    wait_until([this] { return clock.sleepers() == contexts_.size(); });
  }
  ~ServerRig() {
    for (auto& context : contexts_) context.stop();
    for (auto& thread : threads_) thread.join();
  }
  ServerRig(const ServerRig&) = delete;
  ServerRig& operator=(const ServerRig&) = delete;

  [[nodiscard]] std::uint16_t port(http::Listener listener = http::Listener::kPublic) const { return server_.port(listener); }
  /// A connection that the server has taken over.
  [[nodiscard]] RawClient connect() {
    const auto before = accepted();
    RawClient client(port());
    wait_until([&] { return accepted() > before; });
    settle();
    return client;
  }
  http::server::Server& server() { return server_; }
  boost::asio::io_context& context() { return contexts_[0]; }

  /// Moves the clock, and waits until the sweeps that became due have run.
  void advance(model::Milliseconds by) {
    settle();
    clock.advance(by);
    wait_until([this] { return clock.sleepers() >= contexts_.size() && *clock.next_due() > clock.boot_now(); });
  }
  /// Waits until each context has done what it had to do when this was called.
  void settle() {
    for (auto& context : contexts_) {
      std::promise<void> done;
      boost::asio::post(context, [&done] { done.set_value(); });
      done.get_future().wait();
    }
  }
  [[nodiscard]] double accepted() const {
    const auto values = metrics.values();
    const auto found = values.find("valetkey_http_connections_total{public}");
    return found == values.end() ? 0 : found->second;
  }
  /// Looks again and again; throws after 10 s.
  template <class Condition>
  static void wait_until(Condition condition) {
    for (int turn = 0; !condition(); ++turn) {
      if (turn > 10'000'000) throw std::runtime_error("what the test waits for never happens");
      std::this_thread::yield();
    }
  }

  SteppedClock clock;
  FixedRandom random;
  RecordedLog log;
  RecordedMetrics metrics;

 private:
  std::deque<boost::asio::io_context> contexts_ = std::deque<boost::asio::io_context>(2);
  http::server::Server server_;
  std::vector<std::thread> threads_;
};

}  // namespace valetkey::test
