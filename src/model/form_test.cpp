#include "model/form.hpp"

#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

TEST(Form, encodes_pairs_in_their_order) {
  EXPECT_EQ(to_form({{"grant_type", "authorization_code"}, {"code", "a b+c&d=e/%"}, {"empty", ""}}),
            "grant_type=authorization_code&code=a+b%2Bc%26d%3De%2F%25&empty=");
  EXPECT_EQ(to_form({}), "");
  // RFC 6749 appendix B: space, %, &, +, pound sign, euro sign
  EXPECT_EQ(to_form({{"text", " %&+\xC2\xA3\xE2\x82\xAC"}}), "text=+%25%26%2B%C2%A3%E2%82%AC");
}

TEST(Form, reads_what_it_writes) {
  std::string every_character;
  for (int c = 0; c < 128; ++c) every_character += static_cast<char>(c);
  every_character += "\xC2\xA3\xE2\x82\xAC\xF0\x9F\x98\x80";
  const Pairs pairs{{every_character, every_character}, {"a", ""}, {"a", "again"}};
  EXPECT_EQ(parse_form(to_form(pairs)).value(), pairs);
}

// A realm of %FF in a callback would make a record that is no JSON and cannot be read again.
TEST(Form, what_is_no_utf8_is_replaced) {
  const Pairs expected{{"a?", "b?c"}};
  EXPECT_EQ(parse_form("a%FF=b%E9c").value(), expected);
  EXPECT_EQ(parse_form("a\xFF=b\xE9\x63").value(), expected);
}

struct Case {
  std::string_view text;
  Pairs expected;
};

TEST(Form, reads_each_form_of_a_part) {
  const Case cases[] = {
      {"", {}},
      {"a=1", {{"a", "1"}}},
      {"a", {{"a", ""}}},
      {"=b", {{"", "b"}}},
      {"a=1=2", {{"a", "1=2"}}},
      {"&&a=1&&b=2&", {{"a", "1"}, {"b", "2"}}},
      {"a+b=c+d", {{"a b", "c d"}}},
      {"a=%2b%2B", {{"a", "++"}}},
      {"a=%E2%82%AC", {{"a", "\xE2\x82\xAC"}}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_form(text).value(), expected) << text;
}

TEST(Form, refuses_broken_escapes) {
  for (const auto* text : {"a=%", "a=%2", "a=%zz", "%=a", "a=1&b=%g0"}) {
    const auto read = parse_form(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::kMalformedRequest);
  }
}

TEST(Form, bounds_size_and_count) {
  const FormLimits limits{.most_bytes = 8, .most_pairs = 2};
  EXPECT_TRUE(parse_form("a=1&b=22", limits));
  EXPECT_EQ(parse_form("a=1&b=222", limits).error().code, Code::kPayloadTooLarge);
  EXPECT_EQ(parse_form("a&b&c", limits).error().code, Code::kPayloadTooLarge);
}

TEST(Form, a_parameter_that_must_be_single_is_refused_twice) {
  const auto pairs = parse_form("state=1&code=a&code=b").value();
  EXPECT_EQ(single_value(pairs, "state").value(), "1");
  EXPECT_EQ(single_value(pairs, "iss").value(), std::nullopt);
  EXPECT_EQ(single_value(pairs, "code").error().code, Code::kMalformedRequest);
}

}  // namespace
}  // namespace valetkey::model
