// The caller leaves in the middle of each phase, again and again: no leak (the build tells), no descriptor, no wait is left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <filesystem>
#include <future>

#include "support/piece_source.hpp"
#include "support/scripted_server.hpp"
#include "support/silent_listener.hpp"
#include "support/upstream_rig.hpp"

namespace valetkey::adapters::upstream {
namespace {

using namespace std::chrono_literals;
using model::Code;
using test::PieceSource;
using test::ReadRequest;
using test::Reply;
using test::ScriptedServer;
using test::SilentListener;
using test::Stall;
using test::UpstreamRig;

constexpr int kTimes = 200;
const Reply kOk{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

std::size_t descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class UpstreamDeparture : public testing::Test {
 protected:
  /// Begins the call, waits for `is_there` (the phase), leaves.
  template <class Phase>
  void leave(ports::UpstreamRequest request, Phase is_there) {
    ports::Departure departure;
    request.departure = &departure;
    const auto call = rig_.start(request);
    rig_.run_until([&] { return is_there() || *call; });
    ASSERT_FALSE(*call);
    departure.announce();
    const auto ended = rig_.finish(call);
    EXPECT_EQ(ended.code(), Code::kCallerGone);
    rig_.settle();
  }
  static bool at_once() { return true; }

  void expect_clean(std::size_t before) {
    EXPECT_EQ(descriptors(), before);
    // Kept connections serve on.
    EXPECT_EQ(rig_.fetch(UpstreamRig::to(kept_.port())).body, "ok");
    EXPECT_THAT(kept_.finish(), testing::SizeIs(1));
  }
  void SetUp() override { EXPECT_EQ(rig_.fetch(UpstreamRig::to(kept_.port())).body, "ok"); }

  ScriptedServer kept_{{{ReadRequest{}, kOk, ReadRequest{}, kOk}}};
  UpstreamRig rig_;
};

TEST_F(UpstreamDeparture, while_the_body_is_waited_for) {
  const SilentListener silent;
  const auto before = descriptors();
  for (int i = 0; i < kTimes; ++i) {
    PieceSource body(rig_.context, {}, 10, PieceSource::Then::kWait);
    auto request = UpstreamRig::to(silent.port(), "POST");
    request.body = &body;
    leave(request, [&] { return body.is_waiting; });
    EXPECT_FALSE(body.is_waiting);
  }
  expect_clean(before);
}

TEST_F(UpstreamDeparture, while_connecting) {
  const SilentListener full(true);
  const auto before = descriptors();
  for (int i = 0; i < kTimes; ++i) leave(UpstreamRig::to(full.port()), at_once);
  expect_clean(before);
}

TEST_F(UpstreamDeparture, during_the_tls_handshake) {
  const SilentListener silent;
  const auto before = descriptors();
  auto request = UpstreamRig::to(silent.port());
  request.origin = model::parse_url("https://127.0.0.1:" + std::to_string(silent.port())).value();
  for (int i = 0; i < kTimes; ++i) leave(request, at_once);
  expect_clean(before);
}

TEST_F(UpstreamDeparture, while_sending) {
  const SilentListener silent;
  const auto before = descriptors();
  const std::string piece(4 << 20, 'x');
  for (int i = 0; i < kTimes; ++i) {
    PieceSource body(rig_.context, {piece}, piece.size());
    auto request = UpstreamRig::to(silent.port(), "POST");
    request.body = &body;
    leave(request, at_once);
  }
  expect_clean(before);
}

TEST_F(UpstreamDeparture, while_a_further_piece_is_waited_for) {
  const SilentListener silent;
  const auto before = descriptors();
  for (int i = 0; i < kTimes; ++i) {
    PieceSource body(rig_.context, {"first"}, std::nullopt, PieceSource::Then::kWait);
    auto request = UpstreamRig::to(silent.port(), "POST");
    request.body = &body;
    leave(request, [&] { return body.is_waiting; });
    EXPECT_FALSE(body.is_waiting);
  }
  expect_clean(before);
}

TEST_F(UpstreamDeparture, while_the_head_is_waited_for) {
  const SilentListener silent;
  const auto before = descriptors();
  for (int i = 0; i < kTimes; ++i) leave(UpstreamRig::to(silent.port()), at_once);
  expect_clean(before);
}

TEST_F(UpstreamDeparture, while_the_body_of_the_reply_is_read) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly"}, Stall{}}});
  const auto read_some = [&](ports::Departure& departure) {
    auto request = UpstreamRig::to(server.port());
    request.departure = &departure;
    auto reply = test::run(rig_.context, rig_.upstream.send(request)).value();
    EXPECT_EQ(test::run(rig_.context, reply.body->read()).value(), "only");
    return reply;
  };
  for (int i = 0; i < kTimes; ++i) {
    ports::Departure departure;
    auto reply = read_some(departure);
    std::optional<model::Result<std::string_view>> piece;
    boost::asio::co_spawn(rig_.context, reply.body->read(),
                          [&](const std::exception_ptr&, model::Result<std::string_view> read) { piece = read; });
    rig_.settle();
    ASSERT_FALSE(piece);
    departure.announce();
    rig_.run_until([&] { return piece.has_value(); });
    ASSERT_FALSE(*piece);
    EXPECT_EQ(piece->error().code, Code::kCallerGone);
  }
  for (int i = 0; i < kTimes; ++i) {  // between two reads, and before the next
    ports::Departure departure;
    auto reply = read_some(departure);
    departure.announce();
    if (i % 2 == 0) EXPECT_EQ(test::run(rig_.context, reply.body->read()).error().code, Code::kCallerGone);
  }
  (void)server.finish();
  EXPECT_EQ(rig_.fetch(UpstreamRig::to(kept_.port())).body, "ok");
}

TEST_F(UpstreamDeparture, the_reply_is_dropped_while_its_request_is_sent) {
  ScriptedServer server({{Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly"}, Stall{}}});
  for (int i = 0; i < kTimes; ++i) {
    PieceSource body(rig_.context, {"first"}, std::nullopt, PieceSource::Then::kWait);
    auto request = UpstreamRig::to(server.port(), "POST");
    request.body = &body;
    {
      const auto reply = test::run(rig_.context, rig_.upstream.send(request));
      ASSERT_TRUE(reply);
      rig_.run_until([&] { return body.is_waiting; });
    }
    EXPECT_TRUE(body.was_stopped);
    rig_.settle();
    EXPECT_FALSE(body.is_waiting);
  }
}

TEST_F(UpstreamDeparture, before_the_call_begins) {
  ports::Departure departure;
  departure.announce();
  auto request = UpstreamRig::to(kept_.port());
  request.departure = &departure;
  EXPECT_EQ(rig_.fetch(request).code(), Code::kCallerGone);
  EXPECT_EQ(rig_.fetch(UpstreamRig::to(kept_.port())).body, "ok");
}

TEST_F(UpstreamDeparture, after_the_call_has_ended) {
  ScriptedServer server({{ReadRequest{}, kOk, ReadRequest{}, kOk}});
  ports::Departure departure;
  auto request = UpstreamRig::to(server.port());
  request.departure = &departure;
  EXPECT_EQ(rig_.fetch(request).body, "ok");
  departure.announce();
  EXPECT_EQ(rig_.fetch(UpstreamRig::to(server.port())).body, "ok");
  EXPECT_THAT(server.finish(), testing::SizeIs(1));
}

TEST(UpstreamLifetime, a_name_that_is_being_resolved_outlives_neither_its_caller_nor_its_context) {
  std::atomic<int> asked = 0;
  std::promise<void> release;
  auto settings = UpstreamRig::settings();
  settings.resolver = [&asked, gate = release.get_future().share()](const std::string&) -> model::Result<Addresses> {
    ++asked;
    gate.wait();
    return Addresses{model::make_v4(127, 0, 0, 1)};
  };
  auto clock = std::make_unique<test::SteppedClock>();
  auto context = std::make_unique<boost::asio::io_context>();
  auto upstream = std::make_unique<AsioUpstream>(settings, *clock, std::vector{context.get()});
  ports::Departure departure;
  auto request = UpstreamRig::to(1);
  request.origin = model::parse_url("http://slow.example").value();
  request.departure = &departure;
  std::optional<Code> left;
  const auto begin = [&](const ports::UpstreamRequest& which) {
    boost::asio::co_spawn(*context, upstream->send(which),
                          [&](const std::exception_ptr&, const auto& reply) { left = reply.error().error.code; });
  };
  begin(request);
  request.departure = nullptr;
  begin(request);
  while (asked < 2) context->poll();
  departure.announce();
  context->poll();
  EXPECT_EQ(left, Code::kCallerGone);
  context.reset();  // the second one is still under way
  release.set_value();
  upstream.reset();
}

/// Owns the body, as a server's session does.
ports::Task<void> read_all(AsioUpstream& upstream, ports::UpstreamRequest request, std::unique_ptr<PieceSource>, int& replies) {
  auto reply = co_await upstream.send(std::move(request));
  ++replies;
  while (!(co_await reply->body->read()).value_or("").empty()) {
  }
}

/// Every phase at once, and then everything ends in this order or that.
void end_in_the_middle(bool adapter_first) {
  ScriptedServer partial({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly"}, Stall{}}});
  ScriptedServer duplex({{Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly"}, Stall{}}});
  ScriptedServer whole({{ReadRequest{}, kOk, Stall{}}});
  const SilentListener silent;
  const SilentListener full(true);
  auto clock = std::make_unique<test::SteppedClock>();
  auto context = std::make_unique<boost::asio::io_context>();
  auto upstream = std::make_unique<AsioUpstream>(UpstreamRig::settings(), *clock, std::vector{context.get()});
  std::vector<const PieceSource*> bodies;
  auto tls = UpstreamRig::to(silent.port());
  tls.origin = model::parse_url("https://127.0.0.1:" + std::to_string(silent.port())).value();
  int replies = 0;
  const auto begin = [&](ports::UpstreamRequest request) {
    std::unique_ptr<PieceSource> body;
    if (request.method == "POST") {
      body = std::make_unique<PieceSource>(*context, std::deque<std::string>{"first"}, std::nullopt, PieceSource::Then::kWait);
      bodies.push_back(body.get());
      request.body = body.get();
    }
    boost::asio::co_spawn(*context, read_all(*upstream, std::move(request), std::move(body), replies), boost::asio::detached);
  };
  for (const auto& request :
       {tls, UpstreamRig::to(silent.port(), "POST"), UpstreamRig::to(duplex.port(), "POST"), UpstreamRig::to(full.port()),
        UpstreamRig::to(silent.port()), UpstreamRig::to(partial.port()), UpstreamRig::to(whole.port())})
    begin(request);
  while (replies < 3 || !bodies[0]->is_waiting || !bodies[1]->is_waiting) context->poll();
  if (adapter_first) upstream.reset();
  context.reset();
}

TEST(UpstreamLifetime, the_adapter_ends_before_its_context) { end_in_the_middle(true); }
TEST(UpstreamLifetime, the_context_ends_before_its_adapter) { end_in_the_middle(false); }

}  // namespace
}  // namespace valetkey::adapters::upstream
