#include "cli/loopback.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace valetkey::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

/// A browser's connection to the listener.
class Visit {
 public:
  explicit Visit(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Visit() { ::close(socket_); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  void say(const std::string& bytes) const {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// Everything until the other side closes.
  [[nodiscard]] std::string answer() const {
    std::string out;
    char piece[1024];
    for (ssize_t got = 0; (got = ::recv(socket_, piece, sizeof piece, 0)) > 0;) out.append(piece, static_cast<std::size_t>(got));
    return out;
  }

 private:
  int socket_;
};

std::string get(std::uint16_t port, const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
}

class LoopbackTest : public testing::Test {
 public:
  Loopback loopback = std::move(*Loopback::listen("127.0.0.1", 0));
  const std::uint16_t port = loopback.port();

  Outcome<Loopback::Query> wait() { return loopback.wait("/connected", "cs_1", 60); }
};

TEST_F(LoopbackTest, hears_the_browser_among_connections_that_say_nothing_and_pages_that_guess) {
  std::string stranger_got;
  std::string browser_got;
  std::thread browser([&] {
    const Visit ahead(port);
    const Visit stranger(port);
    stranger.say(get(port, "/connected?session_id=cs_2&status=success&code=x"));
    stranger_got = stranger.answer();
    const Visit visit(port);
    const auto request = get(port, "/connected?session_id=cs_1&status=success&code=right");
    visit.say(request.substr(0, 20));
    visit.say(request.substr(20));
    browser_got = visit.answer();
  });
  const auto query = wait();
  loopback.answer("Connected", "done");
  browser.join();
  ASSERT_TRUE(query);
  EXPECT_THAT(*query, Contains(Pair("code", "right")));
  EXPECT_THAT(stranger_got, HasSubstr("404 Not Found"));
  EXPECT_THAT(browser_got, HasSubstr("<h1>Connected</h1>"));
}

TEST_F(LoopbackTest, a_head_without_end_and_too_many_visitors_do_not_keep_the_browser_out) {
  std::thread browser([&] {
    const Visit endless(port);
    endless.say("GET /connected?" + std::string(20'000, 'x'));
    EXPECT_THAT(endless.answer(), HasSubstr("404"));
    std::vector<std::unique_ptr<Visit>> crowd;
    constexpr std::size_t kMany = 40;
    crowd.reserve(kMany);
    while (crowd.size() < kMany) crowd.push_back(std::make_unique<Visit>(port));
    const Visit visit(port);
    visit.say(get(port, "/connected?session_id=cs_1"));
    EXPECT_THAT(visit.answer(), HasSubstr("200 OK"));
  });
  const auto query = wait();
  loopback.answer("Connected", "done");
  browser.join();
  EXPECT_TRUE(query);
}

TEST_F(LoopbackTest, a_signal_ends_the_wait_and_not_the_process) {
  ASSERT_EQ(::raise(SIGINT), 0);
  const auto query = wait();
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().status, kInterrupted);
  // Taken here, so that it does not end the tests.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  int taken = 0;
  EXPECT_EQ(::sigwait(&signals, &taken), 0);
}

TEST(Loopback, a_port_that_is_taken_is_told) {
  const auto first = Loopback::listen("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto second = Loopback::listen("127.0.0.1", first->port());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().status, kUsage);
  EXPECT_THAT(second.error().message, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace valetkey::cli
