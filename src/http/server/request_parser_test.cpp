#include "http/server/request_parser.hpp"

#include <gtest/gtest.h>

namespace valetkey::http::server {
namespace {

using Outcome = RequestParser::Outcome;

constexpr std::size_t kBodyLimit = 16;

/// What the parser made of bytes that arrived piece by piece behind a head, as a session feeds it.
struct Read {
  Outcome outcome = Outcome::kNeedsMore;
  std::size_t used = 0;
  std::string body;
};

Read read_in_pieces(std::string_view bytes, std::size_t head, std::size_t first, std::size_t each) {
  RequestParser parser(kBodyLimit);
  Read read;
  for (auto arrived = head + first;; arrived += each) {
    const auto until = std::min(arrived, bytes.size());
    const auto [outcome, used] = parser.feed(bytes.substr(read.used, until - read.used));
    read.used += used;
    read.outcome = outcome;
    if (outcome != Outcome::kNeedsMore || until == bytes.size()) break;
  }
  read.body = parser.request().body;
  return read;
}

struct Message {
  std::string_view name;
  std::string_view headers;
  std::string_view body;     ///< as it is sent
  Outcome outcome;
  std::string_view read_as;
};

constexpr Message kMessages[] = {
    {"no body", "", "", Outcome::kDone, ""},
    {"a length", "Content-Length: 5\r\n", "hello", Outcome::kDone, "hello"},
    {"a length at the limit", "Content-Length: 16\r\n", "0123456789abcdef", Outcome::kDone, "0123456789abcdef"},
    {"a length above the limit", "Content-Length: 17\r\n", "0123456789abcdefg", Outcome::kTooLarge, ""},
    {"too little", "Content-Length: 5\r\n", "hell", Outcome::kNeedsMore, "hell"},
    {"a last chunk alone", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", Outcome::kDone, ""},
    {"chunks", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", Outcome::kDone, "hello!"},
    {"chunks with extension and trailer", "Transfer-Encoding: chunked\r\n", "1;a=b\r\nx\r\n0\r\nT: 1\r\n\r\n", Outcome::kDone, "x"},
    {"chunks above the limit", "Transfer-Encoding: chunked\r\n", "8\r\n01234567\r\n9\r\n012345678\r\n0\r\n\r\n", Outcome::kTooLarge,
     "01234567"},
    {"no chunk", "Transfer-Encoding: chunked\r\n", "hello\r\n", Outcome::kMalformed, ""},
    {"a chunk that does not end", "Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n", Outcome::kMalformed, "x"},
    {"a trailer that is none", "Transfer-Encoding: chunked\r\n", "0\r\nhello\r\n\r\n", Outcome::kMalformed, ""},
};

TEST(RequestParser, security_s14_reads_a_message_alike_however_it_arrives) {
  for (const auto& message : kMessages) {
    const auto head = std::string("POST / HTTP/1.1\r\nHost: a\r\n").append(message.headers).append("\r\n");
    const auto bytes = head + std::string(message.body);
    for (std::size_t first = 0; first <= message.body.size(); ++first)
      for (const std::size_t each : {std::size_t{1}, std::size_t{2}, message.body.size() + 1}) {
        SCOPED_TRACE(testing::Message() << message.name << ", cut behind " << first << ", then by " << each);
        const auto read = read_in_pieces(bytes, head.size(), first, each);
        ASSERT_EQ(read.outcome, message.outcome);
        ASSERT_EQ(read.body, message.read_as);
        if (read.outcome == Outcome::kDone) ASSERT_EQ(read.used, bytes.size());
      }
  }
}

TEST(RequestParser, bytes_of_the_next_request_are_left_over) {
  for (const std::string_view message : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
                                         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"}) {
    RequestParser parser(kBodyLimit);
    const auto [outcome, used] = parser.feed(std::string(message) + "GET /next HTTP/1.1\r\n");
    EXPECT_EQ(outcome, Outcome::kDone);
    EXPECT_EQ(used, message.size()) << message;
  }
}

TEST(RequestParser, is_ready_for_the_next_request_after_a_reset) {
  RequestParser parser(kBodyLimit);
  ASSERT_EQ(parser.feed("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx").outcome, Outcome::kDone);
  parser.reset();
  EXPECT_FALSE(parser.has_head());
  ASSERT_EQ(parser.feed("GET /b HTTP/1.1\r\nHost: a\r\n\r\n").outcome, Outcome::kDone);
  EXPECT_EQ(parser.request().target, "/b");
  EXPECT_EQ(parser.request().body, "");
  EXPECT_EQ(parser.request().headers.size(), 1U);
}

}  // namespace
}  // namespace valetkey::http::server
