// TLS: verified against the authorities and the name of the URL, with the client's certificate where there is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <thread>

#include "support/certificate.hpp"
#include "support/piece_source.hpp"
#include "support/upstream_rig.hpp"

namespace valetkey::adapters::upstream {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using model::Code;
using test::UpstreamRig;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kLast = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

/// Answers each request of its connections with the next reply; tells whom it saw.
class TlsServer {
 public:
  struct Options {
    std::vector<std::string> replies{std::string(kOk)};
    int connections = 1;
    int newest_version = TLS1_3_VERSION;
    bool says_goodbye = true;  ///< close_notify
    std::string client_ca_pem;  ///< not empty: a certificate is asked for
  };
  TlsServer(const test::Certificate& certificate, Options options) : options_(std::move(options)) {
    tls_.use_certificate_chain(asio::buffer(certificate.certificate_pem));
    tls_.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    SSL_CTX_set_max_proto_version(tls_.native_handle(), options_.newest_version);
    SSL_CTX_set_session_id_context(tls_.native_handle(), reinterpret_cast<const unsigned char*>("t"), 1);
    if (!options_.client_ca_pem.empty()) {
      tls_.add_certificate_authority(asio::buffer(options_.client_ca_pem));
      tls_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    thread_ = std::thread([this] {
      for (int i = 0; i < options_.connections; ++i) serve();
    });
  }
  explicit TlsServer(const test::Certificate& certificate) : TlsServer(certificate, Options{}) {}
  ~TlsServer() { (void)finish(); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  /// What each connection was: `version, name told, subject of the client, requests`.
  std::vector<std::string> finish() {
    if (thread_.joinable()) thread_.join();
    return seen_;
  }

 private:
  void serve() {
    boost::system::error_code error;
    asio::ssl::stream<tcp::socket> stream(acceptor_.accept(), tls_);
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    auto* session = stream.native_handle();
    const auto* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    std::string seen = std::string(SSL_get_version(session)) + " " + (name == nullptr ? "-" : name);
    if (auto* client = SSL_get1_peer_certificate(session); client != nullptr) {
      seen += " certified";
      X509_free(client);
    }
    if (SSL_session_reused(session) == 1) seen += " resumed";
    for (const auto& reply : options_.replies) {
      std::string request;
      const auto head = asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
      if (const auto length = request.find("Content-Length: "); !error && length != std::string::npos)
        asio::read(stream, asio::dynamic_buffer(request),
                   asio::transfer_exactly(head + std::stoul(request.substr(length + 16)) - request.size()), error);
      if (error) break;
      seen += " " + request.substr(0, request.find(' '));
      asio::write(stream, asio::buffer(reply), error);
    }
    seen_.push_back(seen);
    if (options_.says_goodbye) stream.shutdown(error);
  }

  Options options_;
  asio::io_context context_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::vector<std::string> seen_;
  std::thread thread_;
};

class UpstreamTls : public testing::Test {
 protected:
  UpstreamRig& rig(const std::string& ca_file) {
    auto settings = UpstreamRig::settings();
    settings.ca_file = ca_file;
    settings.resolver = [](const std::string&) -> model::Result<Addresses> { return Addresses{model::make_v4(127, 0, 0, 1)}; };
    rig_ = std::make_unique<UpstreamRig>(settings);
    return *rig_;
  }
  static ports::UpstreamRequest to(std::uint16_t port, const std::string& host, std::string method = "GET") {
    auto request = UpstreamRig::to(port, std::move(method));
    request.origin = model::parse_url("https://" + host + ":" + std::to_string(port)).value();
    return request;
  }
  std::string saved(const test::Certificate& certificate) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    auto path = testing::TempDir() + "valetkey_upstream_" + test->name() + "_" + std::to_string(getpid()) + ".pem";
    std::ofstream(path) << certificate.certificate_pem;
    files_.push_back(path);
    return path;
  }
  void TearDown() override {
    for (const auto& file : files_) std::remove(file.c_str());
  }

  static void expect_not_sent(const UpstreamRig::Ended& reply, std::string_view why) {
    EXPECT_EQ(reply.code(), Code::kUpstreamUnreachable);
    EXPECT_EQ(reply.state, ports::SendState::kNotSent);
    ASSERT_TRUE(reply.error);
    EXPECT_THAT(reply.error->detail, HasSubstr(std::string(why)));
  }

  std::vector<std::string> files_;
  std::unique_ptr<UpstreamRig> rig_;
};

TEST_F(UpstreamTls, a_name_is_told_and_verified_and_the_connection_is_kept) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto certificate = test::self_signed("DNS:api.example");
    TlsServer server(certificate, {.replies = {std::string(kOk), std::string(kOk)}, .newest_version = version});
    auto& upstream = rig(saved(certificate));
    EXPECT_EQ(upstream.fetch(to(server.port(), "api.example")).body, "ok");
    EXPECT_EQ(upstream.fetch(to(server.port(), "api.example", "DELETE")).body, "ok");
    rig_.reset();
    EXPECT_THAT(server.finish(),
                ElementsAre(version == TLS1_2_VERSION ? "TLSv1.2 api.example GET DELETE" : "TLSv1.3 api.example GET DELETE"));
  }
}

TEST_F(UpstreamTls, an_address_is_verified_and_not_told) {
  const auto certificate = test::self_signed("IP:127.0.0.1");
  TlsServer server(certificate);
  EXPECT_EQ(rig(saved(certificate)).fetch(to(server.port(), "127.0.0.1")).body, "ok");
  rig_.reset();
  EXPECT_THAT(server.finish(), ElementsAre("TLSv1.3 - GET"));
}

TEST_F(UpstreamTls, an_unknown_authority_is_not_sent) {
  TlsServer server(test::self_signed("DNS:api.example"));
  expect_not_sent(rig({}).fetch(to(server.port(), "api.example")), "certificate is not accepted");
  EXPECT_THAT(server.finish(), testing::IsEmpty());
}

TEST_F(UpstreamTls, a_certificate_for_another_name_is_not_sent) {
  for (const auto* name : {"DNS:other.example", "DNS:*.example.com", "DNS:a*i.example", "IP:127.0.0.1"}) {
    const auto certificate = test::self_signed(name);
    TlsServer server(certificate);
    expect_not_sent(rig(saved(certificate)).fetch(to(server.port(), "api.example")), "certificate is not accepted");
  }
  const auto certificate = test::self_signed("DNS:127.0.0.1");
  TlsServer server(certificate);
  expect_not_sent(rig(saved(certificate)).fetch(to(server.port(), "127.0.0.1")), "certificate is not accepted");
}

TEST_F(UpstreamTls, older_versions_are_not_spoken) {
  const auto certificate = test::self_signed("DNS:api.example");
  TlsServer server(certificate, {.newest_version = TLS1_1_VERSION});
  expect_not_sent(rig(saved(certificate)).fetch(to(server.port(), "api.example")), "TLS: ");
}

TEST_F(UpstreamTls, authorities_that_cannot_be_read_are_told) {
  TlsServer server(test::self_signed("DNS:api.example"));
  expect_not_sent(rig("/nonexistent/ca.pem").fetch(to(server.port(), "api.example")), "the authorities cannot be read");
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server.port());
  asio::io_context context;
  tcp::socket(context).connect(endpoint);  // the server waits for one
}

TEST_F(UpstreamTls, the_client_shows_its_certificate) {
  const auto certificate = test::self_signed("DNS:api.example");
  const auto client = test::self_signed("DNS:client.example");
  TlsServer server(certificate, {.replies = {std::string(kLast)}, .connections = 2, .client_ca_pem = client.certificate_pem});
  auto& upstream = rig(saved(certificate));
  auto request = to(server.port(), "api.example", "DELETE");
  request.certificate = std::make_shared<const ports::ClientCertificate>(ports::ClientCertificate{
      .id = "cert_a", .chain_pem = client.certificate_pem + certificate.certificate_pem, .key_pem = model::Secret(client.key_pem)});
  EXPECT_EQ(upstream.fetch(request).body, "ok");
  EXPECT_TRUE(upstream.fetch(to(server.port(), "api.example", "PUT")).error);
  rig_.reset();
  EXPECT_THAT(server.finish(), ElementsAre("TLSv1.3 api.example certified DELETE"));
}

TEST_F(UpstreamTls, a_client_certificate_that_cannot_be_used_is_told) {
  const auto certificate = test::self_signed("DNS:api.example");
  const auto client = test::self_signed("DNS:client.example");
  const auto other = test::self_signed("DNS:client.example");
  TlsServer server(certificate, {.connections = 3});
  auto& upstream = rig(saved(certificate));
  for (const auto& [chain, key] : {std::pair{client.certificate_pem, other.key_pem},
                                   {std::string("nonsense"), client.key_pem},
                                   {client.certificate_pem, std::string()}}) {
    auto request = to(server.port(), "api.example");
    request.certificate = std::make_shared<const ports::ClientCertificate>(
        ports::ClientCertificate{.id = "cert_a", .chain_pem = chain, .key_pem = model::Secret(key)});
    const auto reply = upstream.fetch(request);
    EXPECT_EQ(reply.code(), Code::kInvalidInput);
    EXPECT_EQ(reply.state, ports::SendState::kNotSent);
  }
}

TEST_F(UpstreamTls, security_s14_an_end_without_goodbye_is_a_cut) {
  const auto certificate = test::self_signed("DNS:api.example");
  for (const bool says_goodbye : {true, false}) {
    TlsServer server(certificate, {.replies = {"HTTP/1.1 200 OK\r\n\r\nall?"}, .says_goodbye = says_goodbye});
    const auto reply = rig(saved(certificate)).fetch(to(server.port(), "api.example"));
    EXPECT_EQ(reply.body, "all?");
    EXPECT_EQ(reply.code(), says_goodbye ? std::nullopt : std::optional(Code::kUpstreamBroken));
  }
}

TEST_F(UpstreamTls, security_s14_surplus_bytes_behind_a_reply) {
  const auto certificate = test::self_signed("DNS:api.example");
  TlsServer server(certificate, {.replies = {std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"}, .connections = 2});
  auto& upstream = rig(saved(certificate));
  EXPECT_EQ(upstream.fetch(to(server.port(), "api.example")).body, "ok");
  EXPECT_EQ(upstream.fetch(to(server.port(), "api.example")).body, "ok");
}

TEST_F(UpstreamTls, security_s14_a_session_is_resumed_by_the_same_caller_only) {
  const auto certificate = test::self_signed("DNS:api.example");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServer server(certificate, {.replies = {std::string(kLast)}, .connections = 4, .newest_version = version});
    auto& upstream = rig(saved(certificate));
    auto other = to(server.port(), "api.example", "PUT");
    other.tenant = model::TenantId{"ten_b"};
    EXPECT_EQ(upstream.fetch(to(server.port(), "api.example")).body, "ok");
    EXPECT_EQ(upstream.fetch(other).body, "ok");
    EXPECT_EQ(upstream.fetch(to(server.port(), "api.example")).body, "ok");
    EXPECT_EQ(upstream.fetch(other).body, "ok");
    rig_.reset();
    EXPECT_THAT(server.finish(), ElementsAre(HasSubstr("api.example GET"), HasSubstr("api.example PUT"), HasSubstr("resumed GET"),
                                             HasSubstr("resumed PUT")));
  }
}

TEST_F(UpstreamTls, large_bodies_both_ways) {
  const auto certificate = test::self_signed("DNS:api.example");
  const std::string large(3'000'000, 'x');
  TlsServer server(certificate, {.replies = {"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + large}});
  auto& upstream = rig(saved(certificate));
  test::PieceSource body(upstream.context, {std::string(60'000, 'y')}, 60'000);
  auto request = to(server.port(), "api.example", "POST");
  request.body = &body;
  const auto reply = upstream.fetch(request);
  EXPECT_FALSE(reply.error);
  EXPECT_TRUE(reply.body == large);
  rig_.reset();
}

}  // namespace
}  // namespace valetkey::adapters::upstream
