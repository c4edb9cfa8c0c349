#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/stream_rig.hpp"

namespace valetkey::http::server {
namespace {

using test::echo_stream;
using test::StreamRig;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kChunked = "POST /s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kSmuggled = "GET /evil/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(StreamFraming, security_s14_a_body_with_broken_chunks_ends_the_connection) {
  StreamRig rig(echo_stream);
  for (const std::string body :
       {"3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "-1\r\n", "fffffffffffffffff\r\n",
        "3 \r\nabc\r\n0\r\n\r\n", "0\r\n\n", "0\r\nX : 1\r\n\r\n", "\r\n", "3\r\nabc\n0\r\n\r\n"}) {
    auto client = rig.connect();
    client.send(std::string(kChunked) + body + std::string(kSmuggled));
    const auto answer = client.read_to_end();
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 400 ")) << body;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << body;
    EXPECT_THAT(answer, Not(HasSubstr("smuggled"))) << body;
  }
}

TEST(StreamFraming, security_s14_broken_chunks_break_off_an_answer_that_was_begun) {
  StreamRig rig([](Request&, Exchange& exchange) -> ports::Task<Response> {
    EXPECT_TRUE(co_await exchange.begin(200, {}, std::nullopt));
    for (;;) {
      const auto piece = co_await exchange.body()->read();
      auto response = test::streamed();
      response.is_cut = !piece;
      if (!piece || piece->empty()) co_return response;
      EXPECT_TRUE(co_await exchange.write(*piece));
    }
  });
  auto client = rig.connect();
  client.send(std::string(kChunked) + "3\r\nabc\r\n" + "3\nabc" + std::string(kSmuggled));
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("3\r\nabc\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));
  EXPECT_THAT(answer, Not(HasSubstr("smuggled")));
}

TEST(StreamFraming, security_s14_heads_are_checked_before_a_route_is_asked) {
  StreamRig rig(echo_stream);
  for (const std::string headers :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3, 3\r\n",
        "Content-Length: +3\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n", "X: a\r\n b\r\n", "X: a\n\r\n"}) {
    auto client = rig.connect();
    client.send("POST /s HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\nabc" + std::string(kSmuggled));
    const auto answer = client.read_to_end();
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 400 ")) << headers;
    EXPECT_THAT(answer, Not(HasSubstr("smuggled"))) << headers;
  }
  EXPECT_EQ(rig.begun, 0);
}

TEST(StreamFraming, security_s14_bytes_behind_a_body_are_the_next_request_and_nothing_else) {
  StreamRig rig(echo_stream);
  auto client = rig.connect();
  client.send(std::string(kChunked) + "3\r\nabc\r\n0\r\n\r\nPOST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nde" +
              std::string(kSmuggled));
  EXPECT_EQ(client.read_response().body, "abc");
  EXPECT_EQ(client.read_response().body, "de");
  EXPECT_EQ(client.read_response().body, "/evil/smuggled ");
  EXPECT_EQ(rig.begun, 2);
}

TEST(StreamFraming, security_s14_an_unread_body_is_never_read_as_a_request) {
  StreamRig rig([](Request&, Exchange&) -> ports::Task<Response> { co_return text_response(403, "no"); });
  auto client = rig.connect();
  client.send("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_EQ(client.read_response().header("connection"), "close");
  client.send(kSmuggled);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(StreamFraming, security_s14_upgrade_is_ignored) {
  StreamRig rig(echo_stream);
  auto client = rig.connect();
  const auto response = client.exchange("GET /s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("upgrade"), "");
}

}  // namespace
}  // namespace valetkey::http::server
