#include "adapters/upstream/reply_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/http_head.hpp"

namespace valetkey::adapters::upstream {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Case {
  std::string_view name;
  std::string_view bytes;
};

constexpr Case kRefused[] = {
    {"content length with transfer encoding", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"transfer encoding with content length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"},
    {"repeated content length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"},
    {"differing content lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\n"},
    {"listed content length", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n"},
    {"signed content length", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n"},
    {"negative content length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
    {"hexadecimal content length", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n"},
    {"empty content length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"},
    {"overflowing content length", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\n"},
    {"gzip then chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
    {"chunked then identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n"},
    {"identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n"},
    {"repeated transfer encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"transfer encoding with vertical tab", "HTTP/1.1 200 OK\r\nTransfer-Encoding: \vchunked\r\n\r\n"},
    {"transfer encoding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"folded header", "HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\n\r\n"},
    {"folded first header", "HTTP/1.1 200 OK\r\n X-A: one\r\n\r\n"},
    {"bare line feed", "HTTP/1.1 200 OK\r\nX-A: b\nX-C: d\r\n\r\n"},
    {"bare carriage return", "HTTP/1.1 200 OK\r\nX-A: b\rX-C: d\r\n\r\n"},
    {"bare line feed behind the status", "HTTP/1.1 200 OK\nX-A: b\r\n\r\n"},
    {"space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"},
    {"tab before the colon", "HTTP/1.1 200 OK\r\nTransfer-Encoding\t: chunked\r\n\r\n"},
    {"header without a colon", "HTTP/1.1 200 OK\r\nX-A\r\n\r\n"},
    {"header without a name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n"},
    {"control byte in a value", "HTTP/1.1 200 OK\r\nX-A: b\x01\r\n\r\n"},
    {"delete in a value", "HTTP/1.1 200 OK\r\nX-A: b\x7f\r\n\r\n"},
    {"control byte in the reason", "HTTP/1.1 200 O\x02K\r\n\r\n"},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"},
    {"HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n"},
    {"lower-case version", "http/1.1 200 OK\r\n\r\n"},
    {"two spaces", "HTTP/1.1  200 OK\r\n\r\n"},
    {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n"},
    {"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"},
    {"status below 100", "HTTP/1.1 099 OK\r\n\r\n"},
    {"status above 599", "HTTP/1.1 600 OK\r\n\r\n"},
    {"no status", "HTTP/1.1 \r\n\r\n"},
    {"a request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"},
    {"no end", "HTTP/1.1 200 OK\r\n"},
};

TEST(ReplyHead, security_s14_what_two_readers_could_read_differently_is_refused) {
  for (const auto& refused : kRefused) EXPECT_FALSE(parse_reply_head(refused.bytes)) << refused.name;
}

TEST(ReplyHead, security_s14_a_nul_is_refused) {
  EXPECT_FALSE(parse_reply_head(std::string_view("HTTP/1.1 200 OK\r\nX-A: b\0c\r\n\r\n", 29)));
  EXPECT_FALSE(parse_reply_head(std::string_view("HTTP/1.1 200 OK\r\nX\0A: b\r\n\r\n", 27)));
}

TEST(ReplyHead, an_ordinary_head_is_read) {
  const auto head =
      parse_reply_head("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Empty:\r\nx-a: \t b c\t\r\nCONTENT-LENGTH: 12\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 404);
  EXPECT_THAT(head->headers, ElementsAre(Pair("Content-Type", "text/plain"), Pair("X-Empty", ""), Pair("x-a", "b c")));
  EXPECT_EQ(head->length, 12u);
  EXPECT_FALSE(head->is_chunked);
  EXPECT_TRUE(head->keeps_alive);
}

TEST(ReplyHead, a_reason_may_be_missing) {
  for (const auto* line : {"HTTP/1.1 200 \r\n\r\n", "HTTP/1.1 200\r\n\r\n"}) {
    const auto head = parse_reply_head(line);
    ASSERT_TRUE(head) << line;
    EXPECT_EQ(head->status, 200);
  }
}

TEST(ReplyHead, security_s14_headers_of_the_connection_are_left_out) {
  const auto head = parse_reply_head(
      "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Private\r\nKeep-Alive: timeout=5\r\nX-Private: 1\r\nProxy-Authenticate: Basic\r\n"
      "Proxy-Connection: x\r\nTE: trailers\r\nTrailer: X-Late\r\nTransfer-Encoding: Chunked\r\nUpgrade: h2c\r\nX-Public: 2\r\n"
      "Connection: x-late\r\nX-Late: 3\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_THAT(head->headers, ElementsAre(Pair("X-Public", "2")));
  EXPECT_TRUE(head->is_chunked);
  EXPECT_EQ(head->keep_for, model::Seconds{5});
}

TEST(ReplyHead, what_keeps_a_connection_alive) {
  EXPECT_TRUE(parse_reply_head("HTTP/1.1 200 OK\r\n\r\n")->keeps_alive);
  EXPECT_FALSE(parse_reply_head("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n")->keeps_alive);
  EXPECT_FALSE(parse_reply_head("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n")->keeps_alive);
  EXPECT_FALSE(parse_reply_head("HTTP/1.0 200 OK\r\n\r\n")->keeps_alive);
  EXPECT_TRUE(parse_reply_head("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n")->keeps_alive);
}

TEST(ReplyHead, the_end_is_found_across_what_was_searched) {
  constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\n\r\n";
  for (std::size_t searched = 0; searched < kHead.size(); ++searched)
    EXPECT_EQ(model::head_size(kHead, searched), kHead.size()) << searched;
  EXPECT_EQ(model::head_size("HTTP/1.1 200 OK\r\n\r", 0), 0u);
  EXPECT_TRUE(model::has_bare_line_feed("a\nb", 0));
  EXPECT_FALSE(model::has_bare_line_feed("a\r\nb", 2));
}

}  // namespace
}  // namespace valetkey::adapters::upstream
