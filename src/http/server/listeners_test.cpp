#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/problem.hpp"
#include "support/server_rig.hpp"

namespace valetkey::http::server {
namespace {

using test::ServerRig;

/// What the handler was told, as `peer scheme id listener x-forwarded-for`.
ports::Task<Response> tell(Request& request) {
  const auto forwarded = request.header("x-forwarded-for").value_or("-");
  co_return text_response(200, fmt::format("{} {} {} {} {}", request.peer, request.is_tls ? "https" : "http", request.request_id,
                                           request.listener == Listener::kPublic ? "public" : "internal", forwarded));
}

std::string get(std::string_view host, std::string_view more = {}) {
  return fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n{}\r\n", host, more);
}

TEST(Listeners, security_s21_a_foreign_host_is_misdirected) {
  auto settings = ServerRig::settings();
  settings.public_url = "https://vk.example.com";
  settings.hosts = {"other.example.com"};
  ServerRig rig(tell, settings);
  // The page of an attacker whose name was rebound to our address sends his name.
  for (const auto* host :
       {"evil.example", "evil.example:8420", "vk.example.com.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]"})
    EXPECT_EQ(rig.connect().exchange(get(host)).status, 421) << host;
  for (const auto* host : {"vk.example.com", "VK.example.com:443", "other.example.com", "localhost:1234", "127.0.0.1", "127.0.0.1:8420"})
    EXPECT_EQ(rig.connect().exchange(get(host)).status, 200) << host;
  for (const auto* host : {"", "user@localhost", "localhost:port", "local host", "localhost/", "[::1"})
    EXPECT_EQ(rig.connect().exchange(get(host)).status, 400) << host;
}

TEST(Listeners, security_s21_an_absolute_target_replaces_the_host) {
  ServerRig rig(tell);
  EXPECT_EQ(rig.connect().exchange("GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 200);
  EXPECT_EQ(rig.connect().exchange("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 421);
  EXPECT_EQ(rig.connect().exchange("GET http://user@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 400);
}

TEST(Listeners, security_s21_forwarded_headers_of_a_stranger_count_for_nothing) {
  ServerRig rig(tell);
  const auto response =
      rig.connect().exchange(get("localhost", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Request-Id: chosen\r\n"));
  EXPECT_THAT(response.body, testing::StartsWith("127.0.0.1 http "));
  EXPECT_THAT(response.body, testing::EndsWith(" public -"));
  EXPECT_THAT(response.body, testing::Not(testing::HasSubstr("chosen")));
  EXPECT_NE(response.header("x-request-id"), "chosen");
}

TEST(Listeners, security_s21_a_trusted_proxy_names_client_scheme_and_request) {
  auto settings = ServerRig::settings();
  settings.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
  ServerRig rig(tell, settings);
  auto client = rig.connect();
  const auto told = [&](std::string_view headers) { return client.exchange(get("localhost", headers)).body; };
  // The client itself wrote the first element.
  EXPECT_EQ(told("X-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.1.2.3\r\nX-Forwarded-Proto: https\r\nX-Request-Id: id-1.A_b\r\n"),
            "203.0.113.9 https id-1.A_b public -");
  EXPECT_THAT(told("X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n"), testing::StartsWith("203.0.113.9 http "));
  EXPECT_THAT(told("X-Forwarded-For: 203.0.113.9, nonsense\r\n"), testing::StartsWith("127.0.0.1 "));
  EXPECT_THAT(told("X-Forwarded-For: 2001:DB8::0:1\r\n"), testing::StartsWith("2001:db8::1 "));
  EXPECT_THAT(told("X-Request-Id: a b\r\n"), testing::Not(testing::HasSubstr("a b")));
  EXPECT_THAT(told("X-Request-Id: " + std::string(65, 'a') + "\r\n"), testing::Not(testing::HasSubstr("aaaa")));
}

TEST(Listeners, the_internal_listener_is_told_apart) {
  auto settings = ServerRig::settings();
  settings.listen_internal = ListenAddress{.host = "127.0.0.1"};
  ServerRig rig(tell, settings);
  ASSERT_NE(rig.port(Listener::kPublic), rig.port(Listener::kInternal));
  EXPECT_THAT(test::RawClient(rig.port(Listener::kPublic)).exchange(get("localhost")).body, testing::HasSubstr(" public "));
  EXPECT_THAT(test::RawClient(rig.port(Listener::kInternal)).exchange(get("localhost")).body, testing::HasSubstr(" internal "));
}

TEST(Listeners, security_s21_plain_http_beyond_loopback_is_refused) {
  for (const auto* address : {"0.0.0.0", "::", "192.0.2.1", "2001:db8::1"}) {
    Settings settings{.listen = {.host = address, .port = 8420}};
    const auto refused = check_settings(settings);
    ASSERT_FALSE(refused) << address;
    EXPECT_THAT(refused.error().detail, testing::HasSubstr("insecure = true"));
    settings.insecure = true;
    EXPECT_TRUE(check_settings(settings)) << address;
    settings.insecure = false;
    settings.tls = TlsFiles{};
    EXPECT_TRUE(check_settings(settings)) << address;
    EXPECT_FALSE(check_settings({.listen = {.host = "127.0.0.1"}, .listen_internal = ListenAddress{.host = address}})) << address;
  }
  for (const auto* address : {"127.0.0.1", "127.8.8.8", "::1"}) EXPECT_TRUE(check_settings({.listen = {.host = address}})) << address;
}

TEST(Listeners, settings_that_cannot_be_read_are_refused) {
  EXPECT_FALSE(check_settings({.listen = {.host = "127.0.0.1"}, .trusted_proxies = {"10.0.0.0/33"}}));
  EXPECT_FALSE(check_settings({.listen = {.host = "127.0.0.1"}, .hosts = {"https://vk.example.com"}}));
}

TEST(Listeners, addresses_are_read) {
  const auto canonical = [](std::string_view listen) {
    const auto address = parse_listen(listen);
    return address ? to_text(*address) : std::string("refused");
  };
  EXPECT_EQ(canonical("127.0.0.1:8420"), "127.0.0.1:8420");
  EXPECT_EQ(canonical("localhost:0"), "127.0.0.1:0");
  EXPECT_EQ(canonical("[0:0::1]:65535"), "[::1]:65535");
  EXPECT_EQ(canonical(":8420"), "[::]:8420");
  EXPECT_EQ(canonical("0.0.0.0:8420"), "0.0.0.0:8420");
  for (const auto* wrong :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1x", "example.com:80", "[127.0.0.1]:80"})
    EXPECT_EQ(canonical(wrong), "refused") << wrong;
}

}  // namespace
}  // namespace valetkey::http::server
