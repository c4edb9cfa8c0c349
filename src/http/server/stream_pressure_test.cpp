#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "support/certificate.hpp"
#include "support/stream_rig.hpp"

namespace valetkey::http::server {
namespace {

using test::RawClient;
using test::ServerRig;
using test::streamed;
using test::StreamRig;

constexpr std::size_t kWhole = 64 * 1024 * 1024;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kMostUnderWay = 16 * 1024 * 1024;  // what the kernel keeps for a loopback connection, both ends

constexpr std::string_view kGet = "GET /s HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The server with TLS, and its certificate on disk.
class TlsFiles {
 public:
  TlsFiles() {
    std::filesystem::create_directories(directory_);
    const auto made = test::self_signed("IP:127.0.0.1");
    std::ofstream(directory_ + "/certificate.pem") << made.certificate_pem;
    std::ofstream(directory_ + "/key.pem") << made.key_pem;
  }
  ~TlsFiles() { std::filesystem::remove_all(directory_); }
  [[nodiscard]] Settings settings() const {
    auto settings = ServerRig::settings();
    settings.tls = server::TlsFiles{.certificate = directory_ + "/certificate.pem", .key = directory_ + "/key.pem"};
    return settings;
  }

 private:
  std::string directory_ = testing::TempDir() + "stream_tls_" + std::to_string(::getpid());
};

/// How far the two ends of a stream are apart.
struct Distance {
  std::atomic<std::size_t> put_in = 0;
  std::atomic<std::size_t> taken_out = 0;
  std::atomic<std::size_t> largest = 0;

  void look() {
    const auto out = taken_out.load();
    const auto in = put_in.load();
    if (in > out && in - out > largest) largest = in - out;
  }
};

void expect_slow_reader_gets_all(StreamRig& rig, RawClient client, Distance& distance) {
  client.send(kGet);
  std::size_t size = 0;
  for (std::size_t turn = 0; size < kWhole; ++turn) {
    auto piece = client.read_some();
    if (size == 0) piece.erase(0, piece.find("\r\n\r\n") + 4);
    ASSERT_FALSE(piece.empty() && size > 0) << size;
    size += piece.size();
    distance.taken_out = size;
    distance.look();
    if (turn % 64 == 0) std::this_thread::yield();
  }
  EXPECT_EQ(size, kWhole);
  rig.wait_until_ended();
  EXPECT_LT(distance.largest, kMostUnderWay);
}

StreamRig::Handler writer_of_all(Distance& distance) {
  return [&distance](Request&, Exchange& exchange) -> ports::Task<Response> {
    EXPECT_TRUE(co_await exchange.begin(200, {}, kWhole));
    const std::string piece(kPiece, 'x');
    while (distance.put_in < kWhole) {
      EXPECT_TRUE(co_await exchange.write(piece));
      distance.put_in += piece.size();
    }
    co_return streamed();
  };
}

TEST(Pressure, a_writer_waits_for_a_slow_reader) {
  Distance distance;
  StreamRig rig(writer_of_all(distance));
  auto client = rig.connect();
  client.send(kGet);
  rig.wait_until_begun();
  // Nobody reads: the handler comes to a halt long before the end.
  std::size_t before = 0;
  for (int still = 0; still < 50; still = distance.put_in == before ? still + 1 : 0) {
    before = distance.put_in;
    rig.rig.settle();
  }
  EXPECT_LT(distance.put_in, kMostUnderWay);
  EXPECT_GT(distance.put_in, 0U);
  std::size_t size = 0;
  while (size < kWhole) {
    const auto piece = client.read_some();
    ASSERT_FALSE(piece.empty());
    size += piece.size();
  }
  rig.wait_until_ended();
}

TEST(Pressure, a_large_answer_over_tls_waits_for_its_reader) {
  const TlsFiles files;
  Distance distance;
  StreamRig rig(writer_of_all(distance), files.settings());
  expect_slow_reader_gets_all(rig, RawClient::tls(rig.rig.port()), distance);
}

/// Sends all in a thread of its own; the handler reads when it may.
struct Upload {
  std::thread thread;
  std::atomic<std::size_t> sent = 0;

  explicit Upload(RawClient& client) {
    thread = std::thread([this, &client] {
      const std::string piece(kPiece, 'u');
      for (; sent < kWhole; sent += piece.size())
        if (!client.send(piece)) return;
    });
  }
  ~Upload() { thread.join(); }
};

TEST(Pressure, a_sender_waits_for_a_slow_handler) {
  std::atomic<bool> may_read = false;
  std::atomic<std::size_t> taken = 0;
  StreamRig rig([&](Request&, Exchange& exchange) -> ports::Task<Response> {
    boost::asio::steady_timer turn(co_await boost::asio::this_coro::executor);
    while (!may_read) {
      turn.expires_after(std::chrono::seconds(0));
      co_await turn.async_wait(boost::asio::use_awaitable);
    }
    for (;;) {
      const auto piece = co_await exchange.body()->read();
      EXPECT_TRUE(piece);
      if (!piece || piece->empty()) break;
      EXPECT_LE(piece->size(), 1024U * 1024);
      taken += piece->size();
    }
    co_return text_response(200, std::to_string(taken));
  });
  auto client = rig.connect();
  client.send(fmt::format("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", kWhole));
  {
    const Upload upload(client);
    rig.wait_until_begun();
    std::size_t before = 1;
    for (int still = 0; still < 50; still = upload.sent == before ? still + 1 : 0) {
      before = upload.sent;
      for (int turn = 0; turn < 100; ++turn) rig.rig.settle();
    }
    EXPECT_LT(upload.sent, kMostUnderWay);
    may_read = true;
  }
  EXPECT_EQ(client.read_response().body, std::to_string(kWhole));
}

/// Sends back what comes, while it comes.
ports::Task<Response> loop_back(Request&, Exchange& exchange) {
  EXPECT_TRUE(co_await exchange.begin(200, {}, exchange.body()->size()));
  for (;;) {
    const auto piece = co_await exchange.body()->read();
    if (!piece || piece->empty()) co_return streamed();
    if (!co_await exchange.write(*piece)) co_return streamed();
  }
}

TEST(Pressure, both_directions_at_once_over_tls) {
  const TlsFiles files;
  StreamRig rig(loop_back, files.settings());
  auto client = RawClient::tls(rig.rig.port());
  constexpr std::size_t kSize = 4 * 1024 * 1024;
  client.send(fmt::format("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n", kSize));
  // 100 is not told: the answer begins before the body is read.
  std::size_t sent = 0;
  std::string answer;
  const std::string piece(kPiece, 't');
  while (sent < kSize) {
    ASSERT_TRUE(client.send(piece));
    sent += piece.size();
    answer += client.read_some();
  }
  while (answer.size() < kSize || answer.size() - answer.find("\r\n\r\n") - 4 < kSize) {
    const auto more = client.read_some();
    ASSERT_FALSE(more.empty());
    answer += more;
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
}

TEST(Pressure, requests_over_tls_one_after_the_other) {
  const TlsFiles files;
  StreamRig rig(test::echo_stream, files.settings());
  auto client = RawClient::tls(rig.rig.port());
  EXPECT_EQ(client.exchange("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n").status, 100);
  EXPECT_EQ(client.exchange("body").body, "body");
  EXPECT_EQ(client.exchange("POST /s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n").body, "ab");
  client.send("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\na" + std::string(kGet));
  EXPECT_EQ(client.read_response().body, "a");
  EXPECT_EQ(client.read_response().status, 200);
}

TEST(Pressure, leaving_is_noticed_over_tls) {
  const TlsFiles files;
  StreamRig rig(
      [](Request& request, Exchange& exchange) -> ports::Task<Response> {
        co_await test::until_gone(exchange.departure());
        co_return problem_response({.code = model::Code::kCallerGone, .detail = "gone"}, request);
      },
      files.settings());
  {
    auto client = RawClient::tls(rig.rig.port());
    client.send(kGet);
    rig.wait_until_begun();
  }
  rig.seconds(1);
  rig.wait_until_ended();
  ServerRig::wait_until([&] { return rig.rig.server().connections() == 0; });
}

}  // namespace
}  // namespace valetkey::http::server
