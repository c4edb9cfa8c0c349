// TLS is verified: against the system's authorities or the file of the settings, and against the name in the URL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "adapters/curl/curl_http_client.hpp"
#include "adapters/system/system_clock.hpp"
#include "support/certificate.hpp"
#include "support/egress.hpp"
#include "support/run_task.hpp"

namespace valetkey::adapters::curl {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Set before libcurl is initialised, which happens once a process.
const std::string kKeyLog = [] {
  auto path = testing::TempDir() + "valetkey_tls_keys_" + std::to_string(getpid());
  setenv("SSLKEYLOGFILE", path.c_str(), 1);
  return path;
}();

/// Answers one TLS connection with `ok`, and keeps what it could read of the request.
class TlsServer {
 public:
  explicit TlsServer(const test::Certificate& certificate) {
    tls_.use_certificate_chain(asio::buffer(certificate.certificate_pem));
    tls_.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() { (void)finish(); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }
  std::string finish() {
    if (thread_.joinable()) thread_.join();
    return request_;
  }

 private:
  void serve() {
    boost::system::error_code error;
    asio::ssl::stream<tcp::socket> stream(acceptor_.accept(), tls_);
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    asio::read_until(stream, asio::dynamic_buffer(request_), "\r\n\r\n", error);
    if (!error) asio::write(stream, asio::buffer(std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")), error);
    if (!error) stream.shutdown(error);
  }

  asio::io_context context_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::string request_;
  std::thread thread_;
};

class TlsTest : public testing::Test {
 protected:
  auto send(const std::string& url, const std::string& ca_file) {
    asio::io_context context;
    system::SystemClock clock;
    CurlHttpClient client{Settings{.policy = test::egress({"127.0.0.0/8:*"}), .ca_file = ca_file}, clock};
    return test::run(context, client.send({.url = url, .headers = {{"Authorization", "Bearer secret"}}}));
  }

  std::string saved(const test::Certificate& certificate) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    auto path = testing::TempDir() + "valetkey_" + test->name() + "_" + std::to_string(getpid()) + ".pem";
    std::ofstream(path) << certificate.certificate_pem;
    files_.push_back(path);
    return path;
  }

  void TearDown() override {
    for (const auto& file : files_) std::remove(file.c_str());
  }

  static void expect_not_sent(const auto& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().state, ports::SendState::kNotSent);
    EXPECT_EQ(answer.error().error.code, model::Code::kProviderUnavailable);
    EXPECT_THAT(answer.error().error.detail, testing::HasSubstr("certificate"));
  }

  std::vector<std::string> files_;
};

TEST_F(TlsTest, a_certificate_of_a_known_authority_is_accepted) {
  const auto certificate = test::self_signed("IP:127.0.0.1");
  TlsServer server(certificate);
  const auto answer = send(server.url("127.0.0.1"), saved(certificate));
  ASSERT_TRUE(answer) << answer.error().error.log.text;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_THAT(server.finish(), testing::HasSubstr("Bearer secret"));
}

TEST_F(TlsTest, security_s05_no_ambient_setting_writes_session_keys_down) {
  const auto certificate = test::self_signed("IP:127.0.0.1");
  TlsServer server(certificate);
  ASSERT_TRUE(send(server.url("127.0.0.1"), saved(certificate)));
  EXPECT_FALSE(std::ifstream(kKeyLog).is_open());
}

TEST_F(TlsTest, refresh_5_4_an_unknown_authority_is_not_sent) {
  TlsServer server(test::self_signed("IP:127.0.0.1"));
  expect_not_sent(send(server.url("127.0.0.1"), {}));
  EXPECT_EQ(server.finish(), "");
}

TEST_F(TlsTest, refresh_5_4_a_certificate_for_another_name_is_not_sent) {
  const auto certificate = test::self_signed("DNS:other.example");
  TlsServer server(certificate);
  expect_not_sent(send(server.url("127.0.0.1"), saved(certificate)));
  EXPECT_EQ(server.finish(), "");
}

}  // namespace
}  // namespace valetkey::adapters::curl
