#include <gtest/gtest.h>

#include "support/stream_rig.hpp"

namespace valetkey::http::server {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using test::ServerRig;
using test::streamed;
using test::StreamRig;

constexpr std::string_view kGet = "GET /s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mine\r\n\r\n";
constexpr std::string_view kPost = "POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";

ports::Task<Response> wait_for_departure(Request& request, Exchange& exchange) {
  co_await test::until_gone(exchange.departure());
  co_return problem_response({.code = model::Code::kCallerGone, .detail = "gone"}, request);
}

/// Pieces until the caller leaves.
ports::Task<Response> write_for_ever(Request&, Exchange& exchange) {
  EXPECT_TRUE(co_await exchange.begin(200, {}, std::nullopt));
  const std::string piece(64 * 1024, 'x');
  for (;;)
    if (const auto written = co_await exchange.write(piece); !written) {
      EXPECT_EQ(written.error().code, model::Code::kCallerGone);
      co_return streamed();
    }
}

void leave(RawClient client) { const auto closed = std::move(client); }

void expect_nothing_left(StreamRig& rig) {
  rig.wait_until_ended();
  ServerRig::wait_until([&] { return rig.rig.server().connections() == 0; });
  rig.seconds(1);
  EXPECT_EQ(rig.rig.metrics.values().at("valetkey_http_streams"), 0);
}

TEST(Leaving, is_noticed_within_a_second_while_the_handler_works) {
  StreamRig rig(wait_for_departure);
  auto client = rig.connect();
  client.send(kGet);
  rig.wait_until_begun();
  rig.seconds(1);
  EXPECT_EQ(rig.ended, 0);
  leave(std::move(client));
  rig.seconds(1);
  expect_nothing_left(rig);
}

TEST(Leaving, is_noticed_past_bytes_that_were_not_read) {
  StreamRig rig(wait_for_departure);
  auto client = rig.connect();
  client.send(std::string(kPost) + std::string(1000, 'x'));
  rig.wait_until_begun();
  client.send(std::string(100'000, 'x'));
  leave(std::move(client));
  rig.seconds(1);
  expect_nothing_left(rig);
}

TEST(Leaving, half_a_connection_closed_is_a_caller_that_left) {
  StreamRig rig(wait_for_departure);
  auto client = rig.connect();
  client.send(kGet);
  rig.wait_until_begun();
  client.end_sending();
  rig.seconds(1);
  EXPECT_EQ(client.read_to_end(), "");
  expect_nothing_left(rig);
}

TEST(Leaving, half_a_connection_closed_does_not_hurt_an_answer_that_is_quick) {
  StreamRig rig(test::echo_stream);
  auto client = rig.connect();
  client.send("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab");
  client.end_sending();
  EXPECT_EQ(client.read_response().body, "ab");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Leaving, in_the_middle_of_the_body_is_noticed_at_once) {
  std::atomic<bool> is_told = false;
  StreamRig rig([&](Request& request, Exchange& exchange) -> ports::Task<Response> {
    exchange.departure().when_gone([&] { is_told = true; });
    const auto body = co_await test::read_all(exchange);
    EXPECT_EQ(body.error().code, model::Code::kCallerGone);
    co_return problem_response(body.error(), request);
  });
  auto client = rig.connect();
  client.send(std::string(kPost) + "some");
  rig.wait_until_begun();
  leave(std::move(client));
  rig.wait_until_ended();
  EXPECT_TRUE(is_told);
}

TEST(Leaving, while_the_answer_is_written_is_noticed_at_once) {
  StreamRig rig(write_for_ever);
  auto client = rig.connect();
  client.send(kGet);
  EXPECT_EQ(client.read_response().status, 200);
  leave(std::move(client));
  expect_nothing_left(rig);
}

TEST(Leaving, while_the_socket_is_full_is_noticed_at_once) {
  StreamRig rig(write_for_ever);
  auto client = rig.connect();
  client.send(kGet);
  rig.wait_until_begun();
  rig.rig.settle();
  leave(std::move(client));
  expect_nothing_left(rig);
}

TEST(Leaving, a_departure_that_was_announced_is_told_to_who_asks_later) {
  ports::Departure departure;
  departure.announce();
  bool is_told = false;
  departure.when_gone([&] { is_told = true; });
  EXPECT_TRUE(is_told);
}

TEST(Idle, a_caller_that_sends_nothing_for_60_s_is_cut_off) {
  StreamRig rig([](Request& request, Exchange& exchange) -> ports::Task<Response> {
    const auto body = co_await test::read_all(exchange);
    co_return problem_response(body.error(), request);
  });
  auto client = rig.connect();
  client.send(kPost);
  rig.wait_until_begun();
  for (int turn = 0; turn < 3; ++turn) {
    rig.seconds(59);
    EXPECT_EQ(rig.ended, 0);
    client.send("x");
    rig.rig.settle();
    rig.seconds(1);
  }
  rig.seconds(61);
  rig.wait_until_ended();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Idle, a_caller_that_reads_nothing_for_60_s_is_cut_off) {
  StreamRig rig(write_for_ever);
  auto client = rig.connect();
  client.send(kGet);
  rig.wait_until_begun();
  rig.rig.settle();
  ServerRig::wait_until([&] {
    rig.seconds(1);
    return rig.ended == 1;
  });
}

TEST(Idle, a_handler_may_take_longer) {
  StreamRig rig(wait_for_departure);
  auto client = rig.connect();
  client.send(kGet);
  rig.wait_until_begun();
  rig.seconds(200);
  EXPECT_EQ(rig.ended, 0);
}

TEST(StreamDrain, a_stream_goes_on_until_the_deadline) {
  StreamRig rig([](Request&, Exchange& exchange) -> ports::Task<Response> {
    EXPECT_TRUE(co_await exchange.begin(200, {}, std::nullopt));
    EXPECT_TRUE(co_await exchange.write("first"));
    co_await test::until_gone(exchange.departure());
    co_return streamed();
  });
  auto client = rig.connect();
  client.send(kGet);
  EXPECT_EQ(client.read_response().status, 200);
  std::atomic<bool> is_stopped = false;
  boost::asio::co_spawn(rig.rig.context(), rig.rig.server().stop(10s), [&](std::exception_ptr) { is_stopped = true; });
  rig.rig.settle();
  rig.seconds(9);
  EXPECT_EQ(rig.ended, 0);
  EXPECT_FALSE(is_stopped);
  rig.rig.clock.advance(1s);
  ServerRig::wait_until([&] { return is_stopped.load(); });
  rig.wait_until_ended();
}

TEST(StreamDrain, an_answer_that_begins_in_the_drain_closes) {
  std::atomic<bool> may_answer = false;
  StreamRig rig([&](Request& request, Exchange& exchange) -> ports::Task<Response> {
    boost::asio::steady_timer turn(co_await boost::asio::this_coro::executor);
    while (!may_answer) {
      turn.expires_after(0s);
      co_await turn.async_wait(boost::asio::use_awaitable);
    }
    co_return co_await test::echo_stream(request, exchange);
  });
  auto client = rig.connect();
  client.send("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab");
  rig.wait_until_begun();
  boost::asio::co_spawn(rig.rig.context(), rig.rig.server().stop(10s), [](std::exception_ptr) {});
  rig.rig.settle();
  may_answer = true;
  const auto response = client.read_response();
  EXPECT_EQ(response.body, "ab");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

/// An answer that never ends, to one key.
ports::Task<Response> write_slowly(Request&, Exchange& exchange) {
  EXPECT_TRUE(co_await exchange.begin(200, {}, std::nullopt));
  EXPECT_TRUE(co_await exchange.write("first"));
  co_await test::until_gone(exchange.departure());
  EXPECT_EQ((co_await exchange.write("second")).error().code, model::Code::kCallerGone);
  co_return streamed();
}

TEST(Authority, security_s23_a_key_that_was_revoked_ends_its_streams_within_10_s) {
  StreamRig rig(write_slowly);
  auto client = rig.connect();
  client.send(kGet);
  EXPECT_EQ(client.read_response().status, 200);
  rig.seconds(30);
  EXPECT_EQ(rig.ended, 0);
  EXPECT_GE(rig.confirmations, 3);
  rig.revoked = "Bearer mine";
  rig.seconds(9);  // and one in which a verified key is believed
  rig.wait_until_ended();
  EXPECT_EQ(client.read_to_end(), "5\r\nfirst\r\n");
  EXPECT_TRUE(rig.rig.log.holds("a streamed answer was cut"));
}

TEST(Authority, security_s23_an_answer_that_is_quick_asks_once) {
  StreamRig rig(test::echo_stream);
  auto client = rig.connect();
  for (int turn = 0; turn < 5; ++turn) {
    EXPECT_EQ(client.exchange(kGet).status, 200);
    rig.seconds(5);
  }
  EXPECT_EQ(rig.confirmations, 0);
}

TEST(Authority, security_s23_without_a_store_to_ask_streams_end_too) {
  StreamRig rig(write_slowly);
  auto client = rig.connect();
  client.send(kGet);
  EXPECT_EQ(client.read_response().status, 200);
  rig.store_is_down = true;
  rig.seconds(9);
  EXPECT_EQ(rig.ended, 0);
  rig.store_is_down = false;
  rig.seconds(11);
  EXPECT_EQ(rig.ended, 0);
  rig.store_is_down = true;
  rig.seconds(20);
  rig.wait_until_ended();
}

}  // namespace
}  // namespace valetkey::http::server
