#include "cli/raw_request.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace valetkey::cli {
namespace {

TEST(RawRequest, reads_either_line_end_and_keeps_the_body) {
  for (const std::string end : {"\n", "\r\n"}) {
    const auto text =
        end + "POST /hooks/a?b=c HTTP/1.1" + end + "Host: broker.example" + end + "X-Sig:  v1=ab " + end + end + "{\"a\":1}\r\n second\n";
    const auto request = parse_raw_request(text, "standard input");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->target, "/hooks/a?b=c");
    ASSERT_EQ(request->headers.size(), 2U);
    EXPECT_EQ(request->headers[1], (std::pair<std::string, std::string>{"X-Sig", "v1=ab"}));
    EXPECT_EQ(request->body, "{\"a\":1}\r\n second\n");
    EXPECT_EQ(request->warning, "");
  }
}

TEST(RawRequest, a_request_may_have_no_version_no_headers_and_no_body) {
  const auto request = parse_raw_request("GET /x", "f");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/x");
  EXPECT_TRUE(request->headers.empty());
  EXPECT_EQ(request->body, "");
}

TEST(RawRequest, the_line_end_of_an_editor_is_no_part_of_the_body) {
  EXPECT_EQ(parse_raw_request("POST /x\ncontent-length: 2\n\n{}\n", "f")->body, "{}");
  EXPECT_EQ(parse_raw_request("POST /x\nContent-Length: 3\n\n{}\n", "f")->body, "{}\n");
  EXPECT_EQ(parse_raw_request("POST /x\n\n{}\n", "f")->body, "{}\n");
}

TEST(RawRequest, a_body_of_another_length_is_warned_about) {
  const auto longer = parse_raw_request("POST /x\nContent-Length: 1\n\n{}\n", "f");
  EXPECT_EQ(longer->body, "{}\n");
  EXPECT_EQ(longer->warning, "Content-Length says 1, the body has 3 bytes: was it changed on the way?");
  EXPECT_NE(parse_raw_request("POST /x\nContent-Length: 9\n\n{}", "f")->warning, "");
}

TEST(RawRequest, what_is_wrong_is_told_with_its_line) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "f: there is no request"},
      {"\n\n", "f: there is no request"},
      {"nonsense", "f:1: it must be a request line, for example POST /webhook HTTP/1.1"},
      {"{\"a\": 1}", "f:1: it must be a request line, for example POST /webhook HTTP/1.1"},
      {"POST /x HTTP/1.1\nHost: a\nno header\n\n", "f:3: it must be a header, 'Name: value', or the empty line before the body"},
      {"POST /x HTTP/1.1\nTransfer-Encoding: chunked\n\n", "f:2: the body must stand there whole, not in chunks"},
  };
  for (const auto& [text, message] : cases) {
    const auto request = parse_raw_request(text, "f");
    ASSERT_FALSE(request) << text;
    EXPECT_EQ(request.error().message, message);
    EXPECT_EQ(request.error().status, kUsage);
  }
}

TEST(RawRequest, becomes_the_member_of_the_api) {
  const auto member = request_member(*parse_raw_request("PUT /x?y\nA: b\n\n\xff", "f"));
  EXPECT_EQ(boost::json::serialize(member), R"({"method":"PUT","url":"/x?y","headers":[["A","b"]],"body_base64":"/w=="})");
}

}  // namespace
}  // namespace valetkey::cli
