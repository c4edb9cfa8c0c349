#include "model/chunk_decoder.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace valetkey::model {
namespace {

struct Case {
  std::string name;
  std::string bytes;
  std::optional<std::string> body;  ///< nullopt: malformed
  std::string left = {};            ///< bytes behind the body
};

const Case kCases[] = {
    {"nothing", "0\r\n\r\n", ""},
    {"one chunk", "3\r\nabc\r\n0\r\n\r\n", "abc"},
    {"two chunks and the next request", "1\r\na\r\n2\r\nbc\r\n0\r\n\r\nGET / HTTP/1.1\r\n", "abc", "GET / HTTP/1.1\r\n"},
    {"either case of hexadecimal", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
    {"leading zeros", "00003\r\nabc\r\n000\r\n\r\n", "abc"},
    {"data that looks like framing", "7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n\r\n"},
    {"extensions", "3;a;b=c;d=\"e f\"\r\nabc\r\n0;last\r\n\r\n", "abc"},
    {"trailers", "3\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\nE:\r\n\r\n", "abc"},
    {"the longest extension", "1;" + std::string(255, 'x') + "\r\na\r\n0\r\n\r\n", "a"},
    {"an extension that is too long", "1;" + std::string(256, 'x') + "\r\na\r\n0\r\n\r\n", {}},
    {"an extension without end", "1;" + std::string(100'000, 'x'), {}},
    {"trailers without end",
     "0\r\n" +
         [] {
           std::string many;
           for (int i = 0; i < 2000; ++i) many += "X: 1\r\n";
           return many;
         }(),
     {}},
    {"a trailer name without end", "0\r\n" + std::string(100'000, 'x'), {}},
    {"no size", "\r\nabc\r\n", {}},
    {"an extension alone", ";a\r\nabc\r\n", {}},
    {"a sign", "+3\r\nabc\r\n0\r\n\r\n", {}},
    {"a minus", "-3\r\nabc\r\n0\r\n\r\n", {}},
    {"a prefix", "0x3\r\nabc\r\n0\r\n\r\n", {}},
    {"a space before", " 3\r\nabc\r\n0\r\n\r\n", {}},
    {"a space behind", "3 \r\nabc\r\n0\r\n\r\n", {}},
    {"a space before an extension", "3 ;a\r\nabc\r\n0\r\n\r\n", {}},
    {"a tab", "\t3\r\nabc\r\n0\r\n\r\n", {}},
    {"an underscore", "1_0\r\n0123456789abcdef\r\n0\r\n\r\n", {}},
    {"sixteen digits", "0000000000000003\r\nabc\r\n0\r\n\r\n", {}},
    {"a size that overflows", "fffffffffffffffff\r\nabc\r\n", {}},
    {"LF behind the size", "3\nabc\r\n0\r\n\r\n", {}},
    {"CR behind the size", "3\rabc\r\n0\r\n\r\n", {}},
    {"CR CR LF behind the size", "3\r\r\nabc\r\n0\r\n\r\n", {}},
    {"LF in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n", {}},
    {"CR in an extension", "3;a\rb\r\nabc\r\n0\r\n\r\n", {}},
    {"NUL in an extension", std::string("3;a\0\r\nabc\r\n", 11), {}},
    {"LF behind the data", "3\r\nabc\n0\r\n\r\n", {}},
    {"CR behind the data", "3\r\nabc\r0\r\n\r\n", {}},
    {"more data than the size", "3\r\nabcd\r\n0\r\n\r\n", {}},
    {"less data than the size", "4\r\nabc\r\n0\r\n\r\n", {}},
    {"LF behind the last chunk", "0\n\r\n", {}},
    {"LF at the end", "0\r\n\n", {}},
    {"CR and something else at the end", "0\r\n\rx", {}},
    {"a folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n", {}},
    {"a trailer without a name", "0\r\n: 1\r\n\r\n", {}},
    {"a trailer with a space before the colon", "0\r\nX : 1\r\n\r\n", {}},
    {"a trailer without a colon", "0\r\nX\r\n\r\n", {}},
    {"LF behind a trailer", "0\r\nX: 1\n\r\n", {}},
    {"a request in place of trailers", "0\r\nGET / HTTP/1.1\r\n\r\n", {}},
    {"a control byte in a trailer", "0\r\nX: \x01\r\n\r\n", {}},
};

struct Read {
  std::string body;
  std::string left;
  bool is_malformed = false;
};

/// As a connection feeds it: what was not used stands before what arrives.
Read read_in_pieces(std::string_view bytes, std::size_t each) {
  ChunkDecoder decoder;
  Read read;
  for (std::size_t arrived = 0; arrived < bytes.size();) {
    const auto piece = bytes.substr(arrived, each);
    arrived += piece.size();
    for (std::size_t used = 0; used < piece.size() && !decoder.is_malformed();) {
      if (decoder.is_done()) {
        read.left = std::string(piece.substr(used)) + std::string(bytes.substr(arrived));
        return read;
      }
      const auto step = decoder.feed(piece.substr(used));
      read.body.append(step.piece);
      used += step.used;
    }
  }
  read.is_malformed = !decoder.is_done();
  EXPECT_TRUE(decoder.is_done() || decoder.is_malformed());
  return read;
}

TEST(ChunkDecoder, security_s14_reads_strictly_however_the_bytes_arrive) {
  for (const auto& one : kCases)
    for (const std::size_t each : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, one.bytes.size()}) {
      SCOPED_TRACE(testing::Message() << one.name << ", by " << each);
      const auto read = read_in_pieces(one.bytes, each);
      ASSERT_EQ(read.is_malformed, !one.body);
      if (!one.body) continue;
      ASSERT_EQ(read.body, *one.body);
      ASSERT_EQ(read.left, one.left);
    }
}

TEST(ChunkDecoder, what_is_not_all_there_is_waited_for) {
  ChunkDecoder decoder;
  EXPECT_EQ(decoder.feed("5\r\nab").piece, "ab");
  EXPECT_EQ(decoder.feed("").used, 0U);
  EXPECT_FALSE(decoder.is_done() || decoder.is_malformed());
  EXPECT_EQ(decoder.feed("cde\r\n0\r\n").piece, "cde");
}

TEST(ChunkDecoder, nothing_is_read_behind_malformed_bytes) {
  ChunkDecoder decoder;
  EXPECT_EQ(decoder.feed("x\r\n3\r\nabc\r\n").used, 1U);
  EXPECT_EQ(decoder.feed("3\r\nabc\r\n").used, 0U);
  EXPECT_TRUE(decoder.is_malformed());
}

}  // namespace
}  // namespace valetkey::model
