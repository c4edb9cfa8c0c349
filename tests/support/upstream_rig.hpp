#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "adapters/upstream/asio_upstream.hpp"
#include "support/egress.hpp"
#include "support/run_task.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::test {

/// The upstream on one context, which the test runs, and a clock that the test moves.
class UpstreamRig {
 public:
  static adapters::upstream::Settings settings() { return {.policy = egress({"127.0.0.0/8:*", "[::1/128]:*"})}; }

  /// How a call ended, its body read to the end.
  struct Ended {
    int status = 0;
    ports::Headers headers;
    std::optional<std::uint64_t> size;
    std::string body;                 ///< also what came before an error
    std::optional<model::Error> error;
    ports::SendState state = ports::SendState::kNotSent;

    [[nodiscard]] std::string header(std::string_view name) const {
      for (const auto& [key, value] : headers)
        if (key == name) return value;
      return {};
    }
    [[nodiscard]] std::optional<model::Code> code() const { return error ? std::optional(error->code) : std::nullopt; }
  };

  explicit UpstreamRig(adapters::upstream::Settings settings = UpstreamRig::settings()) : upstream(std::move(settings), clock, {&context}) {
    settle();
  }

  static ports::UpstreamRequest to(std::uint16_t port, std::string method = "GET", std::string target = "/") {
    return {.method = std::move(method),
            .origin = model::parse_url("http://127.0.0.1:" + std::to_string(port)).value(),
            .target = std::move(target),
            .tenant = model::TenantId{"ten_a"},
            .credential = model::CredentialId{"cred_a"}};
  }

  Ended fetch(ports::UpstreamRequest request) { return run(context, call(std::move(request))); }

  using Running = std::shared_ptr<std::optional<Ended>>;
  /// Begins a call, and goes on until it waits.
  Running start(ports::UpstreamRequest request) {
    auto running = std::make_shared<std::optional<Ended>>();
    boost::asio::co_spawn(context, call(std::move(request)), [running](const std::exception_ptr& thrown, Ended ended) {
      if (!thrown) *running = std::move(ended);
    });
    settle();
    return running;
  }
  Ended finish(const Running& running) {
    run_until([&] { return running->has_value(); });
    return **running;
  }
  template <class Condition>
  void run_until(Condition condition) {
    context.restart();
    while (!condition())
      if (context.run_one() == 0) throw std::runtime_error("what the test waits for never happens");
  }
  void settle() {
    context.restart();
    while (context.poll() > 0) {
    }
  }
  /// Moves the clock and lets the sweep look.
  void advance(model::Milliseconds by) {
    settle();
    clock.advance(by);
    settle();
  }

  SteppedClock clock;
  boost::asio::io_context context;
  adapters::upstream::AsioUpstream upstream;

 private:
  ports::Task<Ended> call(ports::UpstreamRequest request) {
    auto reply = co_await upstream.send(std::move(request));
    Ended ended;
    if (!reply) {
      ended.error = reply.error().error;
      ended.state = reply.error().state;
      co_return ended;
    }
    ended.status = reply->status;
    ended.headers = std::move(reply->headers);
    ended.size = reply->body->size();
    for (;;) {
      const auto piece = co_await reply->body->read();
      if (!piece) ended.error = piece.error();
      if (!piece || piece->empty()) co_return ended;
      ended.body += *piece;
    }
  }
};

}  // namespace valetkey::test
