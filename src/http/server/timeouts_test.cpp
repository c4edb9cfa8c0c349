#include <gtest/gtest.h>

#include <atomic>

#include "http/problem.hpp"
#include "support/server_rig.hpp"

namespace valetkey::http::server {
namespace {

using namespace std::chrono_literals;
using test::ServerRig;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

ports::Task<Response> echo(Request& request) { co_return text_response(200, request.body); }

TEST(Timeouts, a_silent_connection_is_closed_after_10_s) {
  ServerRig rig(echo);
  auto early = rig.connect();
  rig.advance(9s);
  EXPECT_EQ(early.exchange(kGet).status, 200);
  auto late = rig.connect();
  rig.advance(10s);
  EXPECT_EQ(late.read_to_end(), "");
}

TEST(Timeouts, a_head_that_drips_is_closed_after_10_s_all_the_same) {
  ServerRig rig(echo);
  auto client = rig.connect();
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
  for (int second = 0; second < 9; ++second) {
    rig.advance(1s);
    ASSERT_TRUE(client.send("X-Drip: 1\r\n")) << second;
  }
  rig.advance(1s);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Timeouts, a_body_that_drips_is_closed_after_30_s) {
  ServerRig rig(echo);
  auto client = rig.connect();
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  for (int second = 0; second < 29; ++second) {
    rig.advance(1s);
    ASSERT_TRUE(client.send("x")) << second;
  }
  rig.advance(1s);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Timeouts, a_body_may_take_up_to_30_s) {
  ServerRig rig(echo);
  auto client = rig.connect();
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  rig.advance(29s);
  EXPECT_EQ(client.exchange("body").body, "body");
}

TEST(Timeouts, an_idle_connection_is_closed_after_60_s) {
  ServerRig rig(echo);
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(kGet).status, 200);
  rig.advance(59s);
  EXPECT_EQ(client.exchange(kGet).status, 200);
  rig.advance(60s);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Timeouts, a_second_request_has_its_own_10_s) {
  ServerRig rig(echo);
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(kGet).status, 200);
  rig.advance(50s);
  client.send(kGet.substr(0, 10));
  rig.advance(9s);
  EXPECT_EQ(client.exchange(kGet.substr(10)).status, 200);
}

TEST(Timeouts, who_does_not_read_the_answer_is_cut_off) {
  std::atomic<bool> is_asked = false;
  ServerRig rig([&](Request&) -> ports::Task<Response> {
    is_asked = true;
    co_return text_response(200, std::string(32 * 1024 * 1024, 'x'));
  });
  auto client = rig.connect();
  client.send(kGet);
  ServerRig::wait_until([&] { return is_asked.load(); });
  ServerRig::wait_until([&] {
    rig.advance(1s);
    return rig.server().connections() == 0;
  });
  EXPECT_EQ(client.read_response().status, 0);
}

TEST(Connections, beyond_the_limit_the_longest_idle_one_gives_way) {
  auto settings = ServerRig::settings();
  settings.limits.connections = 2;
  ServerRig rig(echo, settings);
  // Round robin: the first and the third connection share a context.
  auto first = rig.connect();
  auto second = rig.connect();
  EXPECT_EQ(first.exchange(kGet).status, 200);
  EXPECT_EQ(second.exchange(kGet).status, 200);
  test::RawClient third(rig.port());
  EXPECT_EQ(third.exchange(kGet).status, 200);
  EXPECT_EQ(first.read_to_end(), "");
  EXPECT_EQ(second.exchange(kGet).status, 200);
}

TEST(Connections, beyond_the_limit_a_new_one_is_refused_when_none_is_idle) {
  auto settings = ServerRig::settings();
  settings.limits.connections = 2;
  ServerRig rig(echo, settings);
  auto first = rig.connect();
  auto second = rig.connect();
  for (auto* busy : {&first, &second}) {
    busy->send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(busy->read_response().status, 100);
  }
  test::RawClient third(rig.port());
  EXPECT_EQ(third.read_to_end(), "");
  EXPECT_EQ(first.exchange("x").body, "x");
}

}  // namespace
}  // namespace valetkey::http::server
