#pragma once
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/exchange.hpp"
#include "http/problem.hpp"
#include "support/server_rig.hpp"

namespace valetkey::test {

/// A server whose paths below /s stream, with a handler for them; the others echo their body.
struct StreamRig {
  using Handler = std::function<ports::Task<http::Response>(http::Request&, http::Exchange&)>;

  explicit StreamRig(Handler handler_in, http::server::Settings settings = ServerRig::settings())
      : handler(std::move(handler_in)),
        rig([this](http::Request& request) { return answer(request); }, std::move(settings),
            {.streams = [](http::Request& request) { return request.path.starts_with("/s"); },
             .still_allowed = [this](const http::Request& request) { return confirm(request); }}) {}

  ports::Task<http::Response> answer(http::Request& request) {
    if (request.exchange == nullptr) co_return http::text_response(200, request.path + " " + request.body);
    ++begun;
    auto response = co_await handler(request, *request.exchange);
    sent = request.exchange->sent().bytes;
    ++ended;
    co_return response;
  }
  ports::Answer<void> confirm(const http::Request& request) {
    ++confirmations;
    const auto value = request.header("authorization").value_or("");
    if (store_is_down) co_return model::fail(model::Code::kStoreUnavailable, "no store");
    if (value == revoked.load()) co_return model::fail(model::Code::kUnauthenticated, "revoked");
    co_return model::Result<void>{};
  }
  void wait_until_begun(int count = 1) {
    ServerRig::wait_until([&] { return begun >= count; });
  }
  void wait_until_ended(int count = 1) {
    ServerRig::wait_until([&] { return ended >= count; });
  }
  /// Steps of a second, so that every sweep of that time happens.
  void seconds(int count) {
    for (int second = 0; second < count; ++second) rig.advance(std::chrono::seconds(1));
  }
  RawClient connect() { return rig.connect(); }

  Handler handler;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  std::atomic<int> confirmations = 0;
  std::atomic<std::uint64_t> sent = 0;
  std::atomic<const char*> revoked = "nobody";
  std::atomic<bool> store_is_down = false;
  ServerRig rig;
};

/// What a handler returns that has answered on its exchange.
inline http::Response streamed(int status = 200) {
  http::Response response{.status = status};
  response.is_streamed = true;
  return response;
}

/// Waits until the caller has left.
inline ports::Task<void> until_gone(ports::Departure& departure) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, boost::asio::steady_timer::time_point::max());
  departure.when_gone([&timer] { timer.cancel(); });
  if (!departure.has_left()) co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  departure.forget();
}

inline ports::Answer<std::string> read_all(http::Exchange& exchange) {
  std::string whole;
  if (exchange.body() == nullptr) co_return whole;
  for (;;) {
    auto piece = co_await exchange.body()->read();
    if (!piece) co_return model::fail(std::move(piece.error()));
    if (piece->empty()) co_return whole;
    whole.append(*piece);
  }
}

/// Answers what came, with its size.
inline ports::Task<http::Response> echo_stream(http::Request& request, http::Exchange& exchange) {
  auto body = co_await read_all(exchange);
  if (!body) co_return http::problem_response(body.error(), request);
  if (auto begun = co_await exchange.begin(200, {}, body->size()); !begun) co_return http::problem_response(begun.error(), request);
  (void)co_await exchange.write(*body);
  co_return streamed();
}

}  // namespace valetkey::test
