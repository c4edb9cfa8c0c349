#include "services/verify/message_pieces.hpp"

#include <gtest/gtest.h>

#include "model/json_reader.hpp"
#include "services/verify/jwt_claims.hpp"
#include "services/verify/message.hpp"

namespace valetkey::services::verify {
namespace {

TEST(MessagePieces, a_form_is_sorted_and_repeated_values_count_once) {
  EXPECT_EQ(sorted_form({{"b", "2"}, {"a", "9"}, {"a", "1"}, {"a", "9"}, {"B", "3"}}), "B3a1a9b2");
  EXPECT_EQ(sorted_form({}), "");
}

TEST(MessagePieces, a_query_is_sorted_without_the_signature) {
  const Piece piece{.of = Piece::Of::kSortedQuery, .text = "&", .pair = "=", .names = {"hmac"}};
  EXPECT_EQ(sorted_query({{"shop", "x.example"}, {"hmac", "aa"}, {"code", "1"}}, piece), "code=1&shop=x.example");
  const Piece proxy{.of = Piece::Of::kSortedQuery, .text = "", .pair = "=", .names = {"signature"}};
  EXPECT_EQ(sorted_query({{"extra", "1"}, {"extra", "2"}, {"a", "3"}, {"signature", "aa"}}, proxy), "a=3extra=1,2");
}

TEST(MessagePieces, lines_of_what_is_there) {
  const auto body = model::parse_json(R"({"Message":"hello","MessageId":"1","Other":"x","Empty":null})");
  EXPECT_EQ(lines({"Message", "MessageId", "Subject", "Empty"}, *body), "Message\nhello\nMessageId\n1\n");
}

TEST(MessagePieces, decodes_the_escapes_of_hubspot_alone) {
  EXPECT_EQ(with_escapes_decoded("https://x/a%3Ab%2Fc%20d%25%2"), "https://x/a:b/c%20d%25%2");
  EXPECT_EQ(with_escapes_decoded("%28%29%2a%2c%3b%27%21%24%40%3f"), "()*,;'!$@?");
}

TEST(MessagePieces, words_are_in_lower_case) {
  EXPECT_EQ(words(" X-A  x-b"), (std::vector<std::string>{"x-a", "x-b"}));
  EXPECT_TRUE(words("").empty());
}

TEST(MessagePieces, crc32_is_that_of_zlib) {
  EXPECT_EQ(crc32_decimal("123456789"), "3421780262");
  EXPECT_EQ(crc32_decimal(""), "0");
}

TEST(MessagePieces, query_hash_is_canonical) {
  Incoming request{.method = "get", .path = {}, .query_text = "b=2&a=x+y&jwt=abc&a=%2Fz", .headers = {}, .body = {}, .public_url = {}};
  Incoming same{.method = "GET", .path = {}, .query_text = "a=%2fz&a=x%20y&b=2", .headers = {}, .body = {}, .public_url = {}};
  EXPECT_EQ(query_hash(request, "/path/"), query_hash(same, "/path"));
  EXPECT_NE(query_hash(request, "/path"), query_hash(request, "/other"));
  same.method = "POST";
  EXPECT_NE(query_hash(request, "/path"), query_hash(same, "/path"));
}

}  // namespace
}  // namespace valetkey::services::verify
