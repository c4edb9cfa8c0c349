#include "model/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

using testing::HasSubstr;

struct Accepted {
  std::string_view text;
  std::string_view canonical;
};

constexpr Accepted kAccepted[] = {
    {"https://example.com", "https://example.com/"},
    {"https://example.com/", "https://example.com/"},
    {"HTTPS://EXAMPLE.com/Path", "https://example.com/Path"},
    {"https://example.com:443/a", "https://example.com/a"},
    {"http://example.com:80/a", "http://example.com/a"},
    {"http://example.com:443/a", "http://example.com:443/a"},
    {"https://example.com:8443/a?b=c", "https://example.com:8443/a?b=c"},
    {"https://example.com:65535/", "https://example.com:65535/"},
    {"https://example.com?x=1", "https://example.com/?x=1"},
    {"https://example.com/?", "https://example.com/?"},
    {"https://example.com/a%2Fb//c;d=1/@x:y", "https://example.com/a%2Fb//c;d=1/@x:y"},
    {"https://my_shop.example-1.com/", "https://my_shop.example-1.com/"},
    {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"},
    {"https://1.2.3.4/", "https://1.2.3.4/"},
    {"https://255.255.255.255/", "https://255.255.255.255/"},
    {"http://127.0.0.1:8420/", "http://127.0.0.1:8420/"},
    {"https://[::1]:8443/x", "https://[::1]:8443/x"},
    {"https://[2001:DB8:0:0:0:0:0:1]/", "https://[2001:db8::1]/"},
    {"https://[0:0:0:0:0:ffff:127.0.0.1]/", "https://[::ffff:127.0.0.1]/"},
    {"https://3com.example/", "https://3com.example/"},
    {"https://1.2.3.4.example/", "https://1.2.3.4.example/"},
};

TEST(Url, is_rebuilt_canonical) {
  for (const auto& [text, canonical] : kAccepted) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text << ": " << url.error().detail;
    EXPECT_EQ(to_string(*url), canonical) << text;
    const auto again = parse_url(canonical);
    ASSERT_TRUE(again) << canonical;
    EXPECT_EQ(to_string(*again), canonical);
  }
}

struct Refused {
  std::string_view text;
  std::string_view reason;
};

void expect_refused(std::span<const Refused> cases) {
  for (const auto& [text, reason] : cases) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text << " was read as " << to_string(*url);
    EXPECT_EQ(url.error().code, Code::kInvalidInput);
    EXPECT_THAT(url.error().detail, HasSubstr(reason)) << text;
  }
}

TEST(Url, security_s05_numeric_hosts_are_dotted_quads_or_nothing) {
  constexpr Refused kCases[] = {
      {"https://127.1/", "numeric host"},      {"https://0x7f.1/", "numeric host"},       {"https://2130706433/", "numeric host"},
      {"https://0177.0.0.1/", "numeric host"}, {"https://0x7f000001/", "numeric host"},   {"https://0X7F000001/", "numeric host"},
      {"https://127.0.0.01/", "numeric host"}, {"https://127.0.0.256/", "numeric host"},  {"https://1.2.3.4.5/", "numeric host"},
      {"https://1.2.3/", "numeric host"},      {"https://127.0.0.0x1/", "numeric host"},  {"https://example.1/", "numeric host"},
      {"https://example.0x/", "numeric host"}, {"https://017700000001/", "numeric host"}, {"https://0/", "numeric host"},
  };
  expect_refused(kCases);
}

TEST(Url, security_s05_what_two_parsers_read_differently_is_refused) {
  constexpr Refused kCases[] = {
      {"https://user@example.com/", "user info"},
      {"https://user:password@example.com/", "user info"},
      {"https://@example.com/", "user info"},
      {"https://good.example@evil.example/", "user info"},
      {"https://good.example\\@evil.example/", "backslash"},
      {"https:\\\\example.com/", "backslash"},
      {"https://example.com\\evil", "backslash"},
      {"https://[fe80::1%25eth0]/", "zone id"},
      {"https://[fe80::1%eth0]/", "zone id"},
      {"https://b\xC3\xBC"
       "cher.example/",
       "non-ASCII"},
      {"https://example.com/\xE2\x82\xAC", "non-ASCII"},
      {"https://exam\tple.com/", "control"},
      {"https://example.com/\r\nX: y", "control"},
      {std::string_view("https://example.com/\0", 21), "control"},
      {" https://example.com/", "spaces"},
      {"https://example.com/a b", "spaces"},
      {"https://example.com/#top", "fragment"},
      {"https://exampl%65.com/", "percent"},
      {"https://example.com./", "dot"},
      {"https://./", "dot"},
      {"https://a..b/", "label"},
      {"https://-a.example/", "hyphen"},
      {"https://a-.example/", "hyphen"},
      {"https://exa*mple.com/", "characters"},
      {"https://example.com/a/../b", "segments"},
      {"https://example.com/a/%2e%2E/b", "segments"},
      {"https://example.com/.", "segments"},
      {"https://example.com/..", "segments"},
  };
  expect_refused(kCases);
}

TEST(Url, security_s05_only_whole_http_urls) {
  constexpr Refused kCases[] = {
      {"", "empty"},
      {"example.com", "absolute"},
      {"/path", "absolute"},
      {"//example.com/", "absolute"},
      {"://example.com/", "scheme"},
      {"https:", "absolute"},
      {"https:/path", "absolute"},
      {"https:///path", "host is missing"},
      {"https://", "host is missing"},
      {"https://:443/", "host is missing"},
      {"ftp://example.com/", "scheme"},
      {"file:///etc/passwd", "scheme"},
      {"javascript:alert(1)", "absolute"},
      {"javascript://example.com/%0aalert(1)", "scheme"},
      {"https://example.com:0/", "port"},
      {"https://example.com:/", "port"},
      {"https://example.com:65536/", "port"},
      {"https://example.com:0443/", "port"},
      {"https://example.com:99999999999/", "port"},
      {"https://example.com:https/", "port"},
      {"https://example.com:+80/", "port"},
      {"https://example.com:80:80/", "port"},
      {"https://[::1/", "not closed"},
      {"https://[::1]x/", "brackets"},
      {"https://[::1]x:80/", "brackets"},
      {"https://::1/", "host is missing"},
      {"https://a[::1]/", "characters"},
      {"https://[v1.x]/", "brackets"},
      {"https://[127.0.0.1]/", "brackets"},
      {"https://example.com/{tenant}", "percent-encoded"},
      {"https://example.com/%zz", "percent-encoded"},
      {"https://example.com/?%zz", "percent-encoded"},
      {"https://example.com/?<script>", "percent-encoded"},
  };
  expect_refused(kCases);
}

TEST(Url, length_is_bounded) {
  const std::string path(8192 - std::string_view("https://a.example/").size(), 'x');
  EXPECT_TRUE(parse_url("https://a.example/" + path));
  EXPECT_FALSE(parse_url("https://a.example/" + path + "x"));
  EXPECT_TRUE(parse_url("https://" + std::string(63, 'a') + ".example/"));
  EXPECT_FALSE(parse_url("https://" + std::string(64, 'a') + ".example/"));
}

TEST(Url, knows_loopback_by_name) {
  for (const auto* text : {"http://localhost/", "http://LOCALHOST:1/", "http://127.0.0.1/", "http://127.255.255.255/", "http://[::1]/"})
    EXPECT_TRUE(is_loopback(parse_url(text).value())) << text;
  for (const auto* text : {"http://localhost.example/", "http://128.0.0.1/", "http://126.255.255.255/", "http://[::2]/",
                           "http://127.0.0.1.example/", "http://[::ffff:127.0.0.1]/"})
    EXPECT_FALSE(is_loopback(parse_url(text).value())) << text;
}

TEST(Url, an_endpoint_is_https_or_loopback) {
  EXPECT_TRUE(parse_endpoint_url("https://example.com/token"));
  EXPECT_TRUE(parse_endpoint_url("http://127.0.0.1:9/token"));
  EXPECT_TRUE(parse_endpoint_url("http://localhost:9/token"));
  const auto plain = parse_endpoint_url("http://example.com/token");
  ASSERT_FALSE(plain);
  EXPECT_THAT(plain.error().detail, HasSubstr("must be https"));
  EXPECT_FALSE(parse_endpoint_url("nonsense"));
}

TEST(Url, tells_its_parts) {
  const auto url = parse_url("https://[2001:DB8::1]:8443/a/b?c=d").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "[2001:db8::1]");
  EXPECT_EQ(bare_host(url), "2001:db8::1");
  EXPECT_EQ(url.port, 8443);
  EXPECT_TRUE(url.explicit_port);
  EXPECT_EQ(url.path, "/a/b");
  EXPECT_EQ(url.query, "c=d");
  EXPECT_EQ(origin_of(url), "https://[2001:db8::1]:8443");
  EXPECT_EQ(origin_of(parse_url("https://Example.com:443/x?y").value()), "https://example.com");
  EXPECT_FALSE(parse_url("https://example.com/").value().explicit_port);
}

TEST(Url, parameters_are_added_behind_an_existing_query) {
  const auto with = [](std::string_view text) {
    return to_string(with_query(parse_url(text).value(), {{"scope", "a b&c"}, {"redirect_uri", "https://x.example/cb?d=e"}}));
  };
  const std::string added = "scope=a%20b%26c&redirect_uri=https%3A%2F%2Fx.example%2Fcb%3Fd%3De";
  EXPECT_EQ(with("https://example.com"), "https://example.com/?" + added);
  EXPECT_EQ(with("https://example.com/a?"), "https://example.com/a?" + added);
  EXPECT_EQ(with("https://example.com/a?b=c"), "https://example.com/a?b=c&" + added);
  EXPECT_EQ(with("https://example.com/a?b=c&"), "https://example.com/a?b=c&" + added);
  EXPECT_EQ(to_string(with_query(parse_url("https://example.com/a").value(), {})), "https://example.com/a");
}

}  // namespace
}  // namespace valetkey::model
