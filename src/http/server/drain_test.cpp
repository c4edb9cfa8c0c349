#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>

#include "http/problem.hpp"
#include "support/server_rig.hpp"

namespace valetkey::http::server {
namespace {

using namespace std::chrono_literals;
using test::ServerRig;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A server whose path /slow takes five seconds.
struct DrainRig {
  ServerRig rig{[this](Request& request) { return answer(request); }};
  std::atomic<bool> is_stopped = false;

  ports::Task<Response> answer(Request& request) {
    if (request.path == "/slow") co_await rig.clock.sleep_until(rig.clock.boot_now() + 5s);
    co_return text_response(200, "done");
  }
  test::RawClient slow_request() {
    auto client = rig.connect();
    const auto before = rig.clock.sleepers();
    client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ServerRig::wait_until([&] { return rig.clock.sleepers() > before; });
    return client;
  }
  void stop(model::Milliseconds deadline) {
    boost::asio::co_spawn(rig.context(), rig.server().stop(deadline), [this](std::exception_ptr) { is_stopped = true; });
    rig.settle();
    rig.settle();
  }
  [[nodiscard]] bool refuses_connections() const {
    try {
      const test::RawClient client(rig.port());
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }
};

TEST(Drain, answers_what_is_under_way_and_closes_the_rest) {
  DrainRig drain;
  auto idle = drain.rig.connect();
  EXPECT_EQ(idle.exchange(kGet).header("connection"), "keep-alive");
  auto fresh = drain.rig.connect();
  auto busy = drain.slow_request();
  drain.stop(30s);
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_TRUE(drain.refuses_connections());
  EXPECT_FALSE(drain.is_stopped);
  drain.rig.advance(5s);
  const auto response = busy.read_response();
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(busy.read_to_end(), "");
  {
    const auto closed = std::move(busy);
  }
  ServerRig::wait_until([&] { return drain.is_stopped.load(); });
  EXPECT_EQ(drain.rig.server().connections(), 0u);
}

TEST(Drain, a_request_that_is_half_there_is_answered) {
  DrainRig drain;
  auto client = drain.rig.connect();
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  drain.stop(30s);
  EXPECT_EQ(client.exchange("x").body, "done");
}

TEST(Drain, ends_at_once_without_connections) {
  DrainRig drain;
  drain.stop(30s);
  ServerRig::wait_until([&] { return drain.is_stopped.load(); });
}

TEST(Drain, cuts_off_at_the_deadline) {
  DrainRig drain;
  auto busy = drain.slow_request();
  drain.stop(4s);
  drain.rig.advance(3s);
  ServerRig::wait_until([&] { return drain.rig.clock.sleepers() == 3; });  // both sweeps and the request: none is still on its way
  EXPECT_FALSE(drain.is_stopped);
  drain.rig.clock.advance(1s);  // the sweeps end with the server
  ServerRig::wait_until([&] { return drain.is_stopped.load(); });
  EXPECT_EQ(busy.read_response().status, 0);
}

}  // namespace
}  // namespace valetkey::http::server
