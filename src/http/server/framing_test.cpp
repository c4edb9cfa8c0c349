#include "http/server/framing.hpp"

#include <gtest/gtest.h>

#include "http/problem.hpp"
#include "model/http_head.hpp"
#include "support/server_rig.hpp"

namespace valetkey::http::server {
namespace {

struct Case {
  std::string_view name;
  std::string_view bytes;  ///< a whole request
};

constexpr Case kRefused[] = {
    {"content length with transfer encoding",
     "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"transfer encoding with content length",
     "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
    {"repeated content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
    {"listed content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 1\r\n\r\nx"},
    {"signed content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\nx"},
    {"negative content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\nx"},
    {"hexadecimal content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x1\r\n\r\nx"},
    {"empty content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \r\n\r\nx"},
    {"overflowing content length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551617\r\n\r\nx"},
    {"gzip then chunked", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
    {"chunked then identity", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
    {"identity", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n\r\n"},
    {"repeated transfer encoding",
     "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"transfer encoding with vertical tab", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"},
    {"transfer encoding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"folded header", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: one\r\n two\r\n\r\n"},
    {"folded first header", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n"},
    {"bare line feeds", "GET / HTTP/1.1\nHost: localhost\n\n"},
    {"one bare line feed", "GET / HTTP/1.1\r\nHost: localhost\nX-A: b\r\n\r\n"},
    {"bare carriage return", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\rX-C: d\r\n\r\n"},
    {"space before the colon", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 0\r\n\r\n"},
    {"tab before the colon", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A\t: b\r\n\r\n"},
    {"header without a colon", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A\r\n\r\n"},
    {"header without a name", "GET / HTTP/1.1\r\nHost: localhost\r\n: b\r\n\r\n"},
    {"control byte in the target", "GET /a\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"delete in the target", "GET /a\x7f HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"byte above ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"space in the target", "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"tab instead of a space", "GET\t/\tHTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"two spaces", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"control byte in a value", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\x02\r\n\r\n"},
    {"method is no token", "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"lower-case version", "GET / http/1.1\r\nHost: localhost\r\n\r\n"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n"},
    {"no version", "GET /\r\n\r\n"},
    {"no host", "GET / HTTP/1.1\r\n\r\n"},
    {"two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"},
    {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"fragment in the target", "GET /a#b HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"authority form", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"broken escape in the query", "GET /?a=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"chunk size is no number", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n"},
    {"chunk longer than its size", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n"},
    {"chunk ended by a bare line feed", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n"},
    {"unknown expectation", "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: the-unexpected\r\n\r\n"},
};

ports::Task<Response> echo(Request& request) { co_return text_response(200, request.method + " " + request.path + " " + request.body); }

class FramingTable : public testing::TestWithParam<Case> {};

TEST_P(FramingTable, security_s14_is_refused_and_closed) {
  test::ServerRig rig(echo);
  auto client = rig.connect();
  // A second request behind it: it must not be answered.
  client.send(std::string(GetParam().bytes) + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto response = client.read_response();
  EXPECT_EQ(response.status, 400) << response.body;
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(response.header("content-type"), "application/problem+json");
  EXPECT_EQ(client.read_to_end(), "");
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name(info.param.name);
  for (auto& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Refused, FramingTable, testing::ValuesIn(kRefused), name_of);

TEST(Framing, accepts_what_is_regular) {
  EXPECT_FALSE(framing_error("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(framing_error("GET / HTTP/1.0\r\nHost:a\r\nX-Empty:\r\nX-Tab:\ta\tb \r\n\r\n"));
  EXPECT_FALSE(framing_error("POST /%00?q=~ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n"));
  EXPECT_FALSE(framing_error("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 000\r\nX-Text: \xc3\xa4\r\n\r\n"));
}

TEST(Framing, finds_the_end_of_the_head_in_pieces) {
  constexpr std::string_view kHead = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t i = 0; i < kHead.size(); ++i) EXPECT_EQ(model::head_size(kHead.substr(0, i), i > 0 ? i - 1 : 0), 0u) << i;
  EXPECT_EQ(model::head_size(kHead, kHead.size() - 1), kHead.size());
  EXPECT_EQ(model::head_size("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody", 0), kHead.size());
}

}  // namespace
}  // namespace valetkey::http::server
