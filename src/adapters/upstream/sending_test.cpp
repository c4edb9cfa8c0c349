// Bodies of requests, replies that come before their end, and back-pressure both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <thread>

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
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const Reply kOk{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

ports::UpstreamRequest post(std::uint16_t port, PieceSource& body) {
  auto request = UpstreamRig::to(port, "POST");
  request.body = &body;
  return request;
}

TEST(UpstreamSending, a_body_of_known_length) {
  ScriptedServer server({{ReadRequest{}, kOk, ReadRequest{}, kOk}});
  UpstreamRig rig;
  PieceSource small(rig.context, {"hello ", "world"}, 11);
  EXPECT_EQ(rig.fetch(post(server.port(), small)).body, "ok");
  PieceSource large(rig.context, {std::string(100'000, 'a'), std::string(1'000'000, 'b'), "c"}, 1'100'001);
  EXPECT_EQ(rig.fetch(post(server.port(), large)).body, "ok");
  const auto received = server.finish();
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_THAT(received[0], HasSubstr("\r\nContent-Length: 11\r\n\r\nhello worldPOST / "));
  EXPECT_TRUE(received[0].ends_with("\r\nContent-Length: 1100001\r\n\r\n" + std::string(100'000, 'a') + std::string(1'000'000, 'b') + "c"));
}

TEST(UpstreamSending, a_body_of_unknown_size_is_chunked) {
  ScriptedServer server({{ReadRequest{}, kOk, ReadRequest{}, kOk}});
  UpstreamRig rig;
  PieceSource body(rig.context, {"hello ", "0123456789abcdef", std::string(70'000, 'x')}, std::nullopt);
  EXPECT_EQ(rig.fetch(post(server.port(), body)).body, "ok");
  PieceSource empty(rig.context, {}, std::nullopt);
  EXPECT_EQ(rig.fetch(post(server.port(), empty)).body, "ok");
  const auto received = server.finish();
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_THAT(received[0], HasSubstr("\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n10\r\n0123456789abcdef\r\n11170\r\n" +
                                     std::string(70'000, 'x') + "\r\n0\r\n\r\nPOST / "));
  EXPECT_THAT(received[0], EndsWith("\r\nContent-Length: 0\r\n\r\n"));
}

TEST(UpstreamSending, a_small_body_leaves_with_its_head_and_is_not_asked_further) {
  ScriptedServer server({{ReadRequest{}, kOk}});
  UpstreamRig rig;
  PieceSource body(rig.context, {"hello"}, 5);
  EXPECT_EQ(rig.fetch(post(server.port(), body)).body, "ok");
  EXPECT_EQ(body.reads, 1);
}

TEST(UpstreamSending, security_s14_a_body_that_breaks_off_never_looks_whole) {
  for (const auto size : {std::optional<std::uint64_t>(11), std::optional<std::uint64_t>()}) {
    ScriptedServer server({{ReadRequest{}}});
    UpstreamRig rig;
    PieceSource body(rig.context, {"hello ", "wor"}, size, PieceSource::Then::kError);
    const auto reply = rig.fetch(post(server.port(), body));
    EXPECT_EQ(reply.code(), Code::kMalformedRequest);
    EXPECT_THAT(reply.error->detail, HasSubstr("the body broke off"));
    EXPECT_THAT(server.finish(), ElementsAre(Not(HasSubstr("0\r\n\r\n"))));
  }
}

TEST(UpstreamSending, security_s14_a_body_longer_or_shorter_than_it_said) {
  for (const auto& pieces : std::vector<std::deque<std::string>>{{"hello world"}, {"hello", " world"}, {"hel"}}) {
    ScriptedServer server({{ReadRequest{}, Stall{}}});
    UpstreamRig rig;
    PieceSource body(rig.context, pieces, 7);
    EXPECT_EQ(rig.fetch(post(server.port(), body)).code(), Code::kInternal);
    for (const auto& received : server.finish()) EXPECT_THAT(received, Not(HasSubstr("hello w")));
  }
}

TEST(UpstreamSending, a_refusal_that_comes_early_ends_the_sending) {
  ScriptedServer server({{Reply{"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"}, Stall{}}, {ReadRequest{}, kOk}});
  UpstreamRig rig;
  PieceSource body(rig.context, {std::string(64 << 20, 'x')}, 64 << 20);
  const auto reply = rig.fetch(post(server.port(), body));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.body, "big");
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "ok");  // on another connection
  EXPECT_THAT(server.finish(), SizeIs(2));
}

TEST(UpstreamSending, a_refusal_stops_a_body_that_is_waited_for) {
  ScriptedServer server({{Reply{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"}, Stall{}}});
  UpstreamRig rig;
  PieceSource body(rig.context, {"some"}, std::nullopt, PieceSource::Then::kWait);
  EXPECT_EQ(rig.fetch(post(server.port(), body)).body, "no");
  EXPECT_TRUE(body.was_stopped);
  EXPECT_FALSE(body.is_waiting);
}

TEST(UpstreamSending, an_early_success_goes_on_both_ways) {
  // The reply's head comes first, its body when all of the request is there.
  ScriptedServer server(
      {{Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n"}, ReadRequest{}, Reply{"4\r\nlate\r\n0\r\n\r\n"}}});
  UpstreamRig rig;
  PieceSource body(rig.context, {std::string(20 << 20, 'x'), "y"}, (20 << 20) + 1);
  EXPECT_EQ(rig.fetch(post(server.port(), body)).body, "earlylate");
  const auto received = server.finish();
  EXPECT_THAT(received, SizeIs(1));
  EXPECT_TRUE(received[0].ends_with("xy"));
}

TEST(UpstreamSending, a_reply_that_ends_before_its_request_ends_both) {
  ScriptedServer server({{kOk, Stall{}}, {ReadRequest{}, kOk}});
  UpstreamRig rig;
  PieceSource body(rig.context, {"some"}, std::nullopt, PieceSource::Then::kWait);
  EXPECT_EQ(rig.fetch(post(server.port(), body)).body, "ok");
  EXPECT_TRUE(body.was_stopped);
  EXPECT_FALSE(body.is_waiting);
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "ok");
  EXPECT_THAT(server.finish(), SizeIs(2));
}

TEST(UpstreamSending, a_body_that_fails_behind_an_early_success_cuts_the_reply) {
  ScriptedServer server({{Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n"}, Stall{}}});
  UpstreamRig rig;
  PieceSource body(rig.context, {"some"}, std::nullopt, PieceSource::Then::kWait);
  const auto call = rig.start(post(server.port(), body));
  rig.run_until([&] { return body.is_waiting; });
  body.stop();
  const auto reply = rig.finish(call);
  EXPECT_EQ(reply.code(), Code::kMalformedRequest);
}

/// Writes a reply of 64 MiB as fast as it is taken; tells how much that was when nothing was for half a second.
class Flood {
 public:
  static constexpr std::size_t kBody = std::size_t{64} << 20;
  Flood() : thread_([this] { serve(); }) {}
  ~Flood() { thread_.join(); }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] std::size_t written() const { return written_; }
  [[nodiscard]] bool is_stuck() const { return is_stuck_; }

 private:
  void serve() {
    const int socket = ::accept(listener_.descriptor(), nullptr, nullptr);
    std::string request(4096, '\0');  // what stays unread would turn the close into a reset
    (void)!::recv(socket, request.data(), request.size(), 0);
    const auto head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBody) + "\r\n\r\n";
    (void)!::send(socket, head.data(), head.size(), MSG_NOSIGNAL);
    const std::string piece(64 * 1024, 'x');
    while (written_ < kBody) {
      pollfd ready{.fd = socket, .events = POLLOUT};
      if (::poll(&ready, 1, 500) == 0) {
        is_stuck_ = true;
        ::poll(&ready, 1, 20'000);
      }
      const auto sent = ::send(socket, piece.data(), std::min(piece.size(), kBody - written_), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) written_ += static_cast<std::size_t>(sent);
      else if (errno != EAGAIN) break;
    }
    ::close(socket);
  }

  SilentListener listener_;
  std::atomic<std::size_t> written_ = 0;
  std::atomic<bool> is_stuck_ = false;
  std::thread thread_;
};

TEST(UpstreamSending, a_slow_reader_slows_its_server) {
  Flood flood;
  UpstreamRig rig;
  auto reply = test::run(rig.context, rig.upstream.send(UpstreamRig::to(flood.port())));
  ASSERT_TRUE(reply);
  std::size_t read = test::run(rig.context, reply->body->read()).value().size();
  while (!flood.is_stuck()) std::this_thread::yield();
  EXPECT_LT(flood.written(), Flood::kBody / 2);  // what the system buffers
  for (;;) {
    const auto piece = test::run(rig.context, reply->body->read());
    ASSERT_TRUE(piece);
    EXPECT_LE(piece->size(), 64u * 1024);
    if (piece->empty()) break;
    read += piece->size();
  }
  EXPECT_EQ(read, Flood::kBody);
}

TEST(UpstreamSending, a_slow_server_slows_the_caller) {
  const SilentListener silent;
  UpstreamRig rig;
  std::deque<std::string> pieces;
  for (int i = 0; i < 1024; ++i) pieces.emplace_back(64 * 1024, 'x');
  PieceSource body(rig.context, std::move(pieces), 64 << 20);
  const auto call = rig.start(post(silent.port(), body));
  EXPECT_FALSE(*call);
  EXPECT_LT(body.reads, 512);
  rig.advance(60s);
  EXPECT_EQ(rig.finish(call).code(), Code::kUpstreamTimeout);
}

}  // namespace
}  // namespace valetkey::adapters::upstream
