#include "cli/visit.hpp"

#include <gmock/gmock.h>

namespace valetkey::cli {
namespace {

using testing::ElementsAre;
using testing::Pair;

const Expected kExpected{.host = "127.0.0.1:4711", .path = "/connected", .session = "cs_1"};

std::string head(std::string_view line, std::string_view host = "127.0.0.1:4711") {
  return std::string(line) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\nAccept: */*\r\n\r\n";
}

TEST(Visit, of_the_browser_that_comes_back) {
  const auto query = visit_of(head("GET /connected?session_id=cs_1&status=success&code=a%20b"), kExpected);
  ASSERT_TRUE(query);
  EXPECT_THAT(*query, ElementsAre(Pair("session_id", "cs_1"), Pair("status", "success"), Pair("code", "a b")));
}

TEST(Visit, security_s07_another_page_cannot_bring_a_code_of_its_own) {
  EXPECT_FALSE(visit_of(head("GET /connected?session_id=cs_2&status=success&code=x"), kExpected));
  EXPECT_FALSE(visit_of(head("GET /connected?status=success&code=x"), kExpected));
  EXPECT_FALSE(visit_of(head("GET /connected?session_id=cs_1&session_id=cs_1"), kExpected));
  EXPECT_FALSE(visit_of(head("GET /connected?session_id=cs_1", "evil.example:4711"), kExpected));
  EXPECT_FALSE(visit_of(head("POST /connected?session_id=cs_1"), kExpected));
  EXPECT_FALSE(visit_of(head("GET /favicon.ico"), kExpected));
  EXPECT_FALSE(visit_of(head("GET /connected/?session_id=cs_1"), kExpected));
  EXPECT_FALSE(visit_of("not http\r\n\r\n", kExpected));
  EXPECT_FALSE(visit_of("", kExpected));
}

TEST(Visit, the_page_runs_nothing_and_shows_text_only) {
  const auto page = page_bytes(200, "<b>x</b>", "a & b");
  EXPECT_THAT(page, testing::HasSubstr("<h1>&lt;b>x&lt;/b></h1><p>a &amp; b</p>"));
  EXPECT_THAT(page, testing::HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_THAT(page, testing::HasSubstr("Referrer-Policy: no-referrer"));
}

}  // namespace
}  // namespace valetkey::cli
