#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>

#include "http/problem.hpp"
#include "support/certificate.hpp"
#include "support/server_rig.hpp"

namespace valetkey::http::server {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using test::ServerRig;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

ports::Task<Response> tell_scheme(Request& request) { co_return text_response(200, request.is_tls ? "tls" : "plain"); }

/// Certificate files whose modification time moves with each write.
class Files {
 public:
  Files() : directory_(testing::TempDir() + "tls_" + std::to_string(::getpid())) { std::filesystem::create_directories(directory_); }
  ~Files() { std::filesystem::remove_all(directory_); }

  void write(const test::Certificate& certificate) {
    write("certificate.pem", certificate.certificate_pem);
    write("key.pem", certificate.key_pem);
  }
  void write(const std::string& name, const std::string& text) {
    const auto path = directory_ + "/" + name;
    std::ofstream(path) << text;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type{} + std::chrono::seconds(++written_));
  }
  [[nodiscard]] TlsFiles paths() const { return {.certificate = directory_ + "/certificate.pem", .key = directory_ + "/key.pem"}; }
  [[nodiscard]] Settings settings() const {
    auto settings = ServerRig::settings();
    settings.tls = paths();
    return settings;
  }

 private:
  std::string directory_;
  int written_ = 0;
};

TEST(Tls, serves_the_configured_certificate) {
  Files files;
  const auto certificate = test::self_signed("DNS:localhost");
  files.write(certificate);
  ServerRig rig(tell_scheme, files.settings());
  auto client = RawClient::tls(rig.port());
  EXPECT_EQ(client.certificate(), certificate.certificate_pem);
  EXPECT_EQ(client.exchange(kGet).body, "tls");
  EXPECT_EQ(client.exchange(kGet).body, "tls");
}

TEST(Tls, a_plain_request_gets_no_answer) {
  Files files;
  files.write(test::self_signed("DNS:localhost"));
  ServerRig rig(tell_scheme, files.settings());
  EXPECT_EQ(RawClient(rig.port()).exchange(kGet).status, 0);
}

TEST(Tls, a_new_certificate_is_served_and_old_connections_live_on) {
  Files files;
  files.write(test::self_signed("DNS:localhost"));
  ServerRig rig(tell_scheme, files.settings());
  auto before = RawClient::tls(rig.port());
  const auto renewed = test::self_signed("DNS:localhost");
  files.write(renewed);
  rig.advance(1s);
  EXPECT_EQ(RawClient::tls(rig.port()).certificate(), renewed.certificate_pem);
  EXPECT_EQ(before.exchange(kGet).body, "tls");
}

TEST(Tls, a_broken_new_certificate_is_logged_once_and_the_old_one_stays) {
  Files files;
  const auto certificate = test::self_signed("DNS:localhost");
  files.write(certificate);
  ServerRig rig(tell_scheme, files.settings());
  files.write("key.pem", test::self_signed("DNS:localhost").key_pem);
  rig.advance(1s);
  rig.advance(1s);
  EXPECT_EQ(RawClient::tls(rig.port()).certificate(), certificate.certificate_pem);
  EXPECT_EQ(rig.log.lines().size(), 1u) << rig.log.text();
  EXPECT_TRUE(rig.log.holds("the old one stays"));
  files.write("key.pem", certificate.key_pem);
  rig.advance(1s);
  EXPECT_TRUE(rig.log.holds("loaded the new TLS certificate"));
}

TEST(Tls, an_unusable_certificate_is_refused_at_start) {
  Files files;
  files.write("certificate.pem", "nonsense");
  files.write("key.pem", "nonsense");
  EXPECT_THROW(ServerRig(tell_scheme, files.settings()), std::runtime_error);
}

TEST(Tls, nothing_below_1_2) {
  Files files;
  files.write(test::self_signed("DNS:localhost"));
  ServerRig rig(tell_scheme, files.settings());
  EXPECT_THROW(RawClient::tls(rig.port(), TLS1_1_VERSION), std::runtime_error);
  EXPECT_EQ(RawClient::tls(rig.port(), TLS1_2_VERSION).exchange(kGet).body, "tls");
}

}  // namespace
}  // namespace valetkey::http::server
