#include "adapters/upstream/request_head.hpp"

#include <gtest/gtest.h>

namespace valetkey::adapters::upstream {
namespace {

ports::UpstreamRequest request(std::string method = "GET", std::string target = "/") {
  return {.method = std::move(method), .origin = model::parse_url("https://api.example").value(), .target = std::move(target)};
}

std::string head_of(const ports::UpstreamRequest& request, Framing framing = Framing::kNone, std::uint64_t length = 0) {
  std::string out;
  const auto made = append_request_head(out, request, framing, length);
  return made ? out : "refused: " + made.error().detail;
}

bool is_refused(const ports::UpstreamRequest& request) {
  std::string out;
  const auto made = append_request_head(out, request, Framing::kNone, 0);
  return !made && made.error().code == model::Code::kInvalidInput;
}

TEST(RequestHead, is_made_of_line_host_headers_and_framing) {
  auto post = request("POST", "/a//b%2Fc@d?e=f&g");
  post.headers = {{"X-B", "1"}, {"Authorization", "Bearer t"}, {"x-b", "2"}};
  EXPECT_EQ(
      head_of(post, Framing::kLength, 12),
      "POST /a//b%2Fc@d?e=f&g HTTP/1.1\r\nHost: api.example\r\nX-B: 1\r\nAuthorization: Bearer t\r\nx-b: 2\r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(head_of(request("PUT"), Framing::kChunked), "PUT / HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(RequestHead, without_a_body_only_methods_that_usually_have_one_say_so) {
  EXPECT_EQ(head_of(request("GET")), "GET / HTTP/1.1\r\nHost: api.example\r\n\r\n");
  EXPECT_EQ(head_of(request("DELETE")), "DELETE / HTTP/1.1\r\nHost: api.example\r\n\r\n");
  for (const auto* method : {"POST", "PUT", "PATCH"})
    EXPECT_EQ(head_of(request(method)), std::string(method) + " / HTTP/1.1\r\nHost: api.example\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestHead, host_carries_a_port_that_is_not_the_scheme_s) {
  auto get = request();
  for (const auto& [url, host] : {std::pair{"https://api.example:443", "api.example"},
                                  {"https://api.example:80", "api.example:80"},
                                  {"http://127.0.0.1", "127.0.0.1"},
                                  {"http://[::1]:8080", "[::1]:8080"}}) {
    get.origin = model::parse_url(url).value();
    EXPECT_EQ(head_of(get), std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n");
  }
}

TEST(RequestHead, security_s14_nothing_ends_a_line_or_starts_another_request) {
  for (const auto* method : {"", "GE T", "GET\r\n", "GET / HTTP/1.1\r\nX:", "CONNECT", "G\x01T"})
    EXPECT_TRUE(is_refused(request(method))) << method;
  for (const auto* target : {"", "*", "a", "https://evil.example/", "/a b", "/a\r\nX: y", "/a\n", "/a\x7f", "/\xc3\xa4", "/a#b", "/\t"})
    EXPECT_TRUE(is_refused(request("GET", target))) << target;
  EXPECT_TRUE(is_refused(request("GET", std::string("/a\0b", 4))));
  for (const auto& header : std::initializer_list<std::pair<std::string, std::string>>{{"", "b"},
                                                                                       {"X A", "b"},
                                                                                       {"X:", "b"},
                                                                                       {"X\r\nY", "b"},
                                                                                       {"X", "b\r\nY: c"},
                                                                                       {"X", "b\n"},
                                                                                       {"X", "b\r"},
                                                                                       {"X", std::string("b\0c", 3)},
                                                                                       {"X", "b\x1f"}}) {
    auto get = request();
    get.headers = {header};
    EXPECT_TRUE(is_refused(get)) << header.first << ": " << header.second;
  }
}

TEST(RequestHead, security_s14_framing_is_ours_alone) {
  for (const auto* name :
       {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Upgrade", "TE", "Trailer", "Keep-Alive", "Expect"}) {
    auto get = request();
    get.headers = {{name, "1"}};
    EXPECT_TRUE(is_refused(get)) << name;
  }
}

}  // namespace
}  // namespace valetkey::adapters::upstream
