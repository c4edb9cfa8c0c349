#include "adapters/upstream/chunks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace valetkey::adapters::upstream {
namespace {

struct Read {
  Chunks::State state = Chunks::State::kMore;
  std::string body;
  std::string rest;  ///< what stood behind the body
};

/// Offers `bytes` in pieces of `at_once`.
Read read(std::string_view bytes, std::size_t at_once) {
  Chunks chunks;
  Read read;
  std::string buffer;
  while (!bytes.empty() && read.state == Chunks::State::kMore) {
    buffer += bytes.substr(0, at_once);
    bytes.remove_prefix(std::min(at_once, bytes.size()));
    for (;;) {
      const auto fed = chunks.feed(buffer);
      read.body += fed.body;
      read.state = fed.state;
      const bool goes_on = fed.state == Chunks::State::kMore && !fed.body.empty();
      buffer.erase(0, fed.used);
      if (!goes_on) break;
    }
  }
  read.rest = buffer + std::string(bytes);
  return read;
}

constexpr std::string_view kBody = "5\r\nhello\r\n1;name=\"va lue\"\r\n,\r\nA\r\n0123456789\r\n000\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n";

TEST(Chunks, are_taken_apart_however_they_arrive) {
  for (std::size_t at_once = 1; at_once <= kBody.size() + 1; ++at_once) {
    const auto got = read(kBody, at_once);
    EXPECT_EQ(got.state, Chunks::State::kDone) << at_once;
    EXPECT_EQ(got.body, "hello,0123456789") << at_once;
    EXPECT_EQ(got.rest, "") << at_once;
  }
}

TEST(Chunks, what_stands_behind_them_is_not_used) {
  const auto got = read("1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n", 1000);
  EXPECT_EQ(got.state, Chunks::State::kDone);
  EXPECT_EQ(got.rest, "HTTP/1.1 200 OK\r\n");
}

TEST(Chunks, every_cut_is_noticed) {
  for (std::size_t size = 0; size < kBody.size(); ++size) EXPECT_EQ(read(kBody.substr(0, size), 7).state, Chunks::State::kMore) << size;
}

TEST(Chunks, security_s14_malformed_framing_is_refused) {
  for (const auto* bytes : {"\r\n", "x\r\na\r\n", " 1\r\na\r\n", "1 \r\na\r\n", "+1\r\na\r\n", "-1\r\na\r\n", "0x1\r\na\r\n", "1\na\r\n",
                            "1\r\na\n0\r\n\r\n", "1\r\nab\r\n", "1\r\na\r\r\n", ";x\r\n", "ffffffffffffffff\r\n", "10000000000000000\r\n",
                            "1;\x01\r\na\r\n", "0\r\nX: \x01\r\n\r\n", "0\r\nX: a\n\r\n", "1\r\r\na\r\n"})
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{1000}})
      EXPECT_EQ(read(bytes, at_once).state, Chunks::State::kMalformed) << bytes << " by " << at_once;
}

TEST(Chunks, security_s14_lines_and_trailers_are_bounded) {
  EXPECT_EQ(read("1;" + std::string(5000, 'x'), 1000).state, Chunks::State::kMalformed);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 20; ++i) trailers += "X: " + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(read(trailers, 1000).state, Chunks::State::kMalformed);
}

}  // namespace
}  // namespace valetkey::adapters::upstream
