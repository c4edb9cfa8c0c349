#include "model/placeholder_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Values = std::map<std::string, std::string>;

TEST(PlaceholderText, takes_names_and_alternatives_apart) {
  EXPECT_THAT(placeholder_names("https://{a|b}.example.com/{c_1}?x={{literal}}"), ElementsAre("a", "b", "c_1"));
  for (const std::string_view wrong : {"{", "}", "{a", "a}", "{}", "{A}", "{1a}", "{a|}", "{|a}", "{a-b}", "{a b}", "{a{b}}", "{a}}"}) {
    EXPECT_FALSE(parse_placeholder_text(wrong)) << wrong;
    EXPECT_FALSE(fill(wrong, {{"a", "1"}}, Where::kPlain)) << wrong;
  }
}

TEST(PlaceholderText, name_ends_at_64_characters) {
  EXPECT_TRUE(parse_placeholder_text("{" + std::string(64, 'a') + "}"));
  EXPECT_FALSE(parse_placeholder_text("{" + std::string(65, 'a') + "}"));
}

TEST(PlaceholderText, fills_the_first_value_that_exists) {
  EXPECT_EQ(*fill("{a|b}", {{"a", "1"}, {"b", "2"}}, Where::kPlain), "1");
  EXPECT_EQ(*fill("{a|b}", {{"b", "2"}}, Where::kPlain), "2");
  EXPECT_EQ(*fill("{a|b}", {{"a", ""}, {"b", "2"}}, Where::kPlain), "2");
  EXPECT_EQ(*fill("{{{a}}}", {{"a", "1"}}, Where::kPlain), "{1}");
  const auto none = fill("x={a|b}", {}, Where::kPlain);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().detail, HasSubstr("{a|b}"));
}

TEST(PlaceholderText, does_not_fill_what_was_filled_in) { EXPECT_EQ(*fill("{a}", {{"a", "{b}"}, {"b", "2"}}, Where::kPlain), "{b}"); }

TEST(PlaceholderText, encodes_by_place) {
  const Values values{{"v", "a/b?c=d&e#f %2e\xc3\xa9"}};
  EXPECT_EQ(*fill("/{v}", values, Where::kPath), "/a%2Fb%3Fc%3Dd%26e%23f%20%252e%C3%A9");
  EXPECT_EQ(*fill("q={v}", values, Where::kQuery), "q=a%2Fb%3Fc%3Dd%26e%23f%20%252e%C3%A9");
  EXPECT_EQ(*fill("{v}", values, Where::kPlain), values.at("v"));
  EXPECT_FALSE(fill("/{v}", {{"v", ".."}}, Where::kPath));
  EXPECT_FALSE(fill("/{v}", {{"v", "."}}, Where::kPath));
}

TEST(PlaceholderText, security_s03_no_control_bytes_in_headers) {
  EXPECT_EQ(*fill("Bearer {v}", {{"v", "abc"}}, Where::kHeader), "Bearer abc");
  for (const std::string& value :
       {std::string("a\r\nX: 1"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\tb"), std::string("\x7f")})
    EXPECT_FALSE(fill("Bearer {v}", {{"v", value}}, Where::kHeader));
}

TEST(PlaceholderText, security_s03_host_value_is_one_label) {
  for (const std::string& value : {std::string("evil.com/"), std::string("x.evil.com#"), std::string("%2e"), std::string(".."),
                                   std::string("ACME"), std::string("acm\xc3\xa9"), std::string("a\r\nb"), std::string("a\0b", 3),
                                   std::string("user@evil"), std::string(), std::string(64, 'a'), std::string("a.b"), std::string("a:1"),
                                   std::string("a b"), std::string("-a"), std::string("a-"), std::string("a_b"), std::string("a\\b")}) {
    EXPECT_FALSE(fill("{v}", {{"v", value}}, Where::kHost)) << value;
    EXPECT_FALSE(is_host_label(value)) << value;
  }
  EXPECT_EQ(*fill("{v}.example.com", {{"v", std::string(63, 'a')}}, Where::kHost), std::string(63, 'a') + ".example.com");
  EXPECT_TRUE(is_host_label("acme-1"));
}

struct CheckCase {
  std::string_view what;
  Placeholder placeholder;
  std::string value;
  bool is_accepted;
};

TEST(PlaceholderText, checks_values) {
  const Placeholder closed{.name = "dc", .choices = {"eu", "us"}};
  const Placeholder pattern{.name = "sub", .pattern = "[a-z]{2,5}"};
  const Placeholder origin{.name = "url", .host_suffixes = {".my.example.com", ".example.com"}};
  const CheckCase cases[] = {
      {"anything", {.name = "x"}, "a b/c", true},
      {"empty", {.name = "x"}, "", false},
      {"2048 bytes", {.name = "x"}, std::string(2048, 'a'), true},
      {"2049 bytes", {.name = "x"}, std::string(2049, 'a'), false},
      {"line feed", {.name = "x"}, "a\nb", false},
      {"NUL", {.name = "x"}, std::string("a\0b", 3), false},
      {"in the list", closed, "eu", true},
      {"not in the list", closed, "evil.com", false},
      {"list is exact", closed, "EU", false},
      {"pattern matches", pattern, "acme", true},
      {"pattern matches a part only", pattern, "acme/..", false},
      {"pattern and a line feed", pattern, "acme\n", false},
      {"origin", origin, "https://acme.my.example.com", true},
      {"origin with the short suffix", origin, "https://na139.example.com", true},
      {"origin without a label", origin, "https://.example.com", false},
      {"origin with two labels", origin, "https://evil.com.example.com", false},
      {"origin of somebody else", origin, "https://evil.com", false},
      {"suffix is in a path", origin, "https://evil.com/.example.com", false},
      {"suffix behind user info", origin, "https://evil@x.example.com", false},
      {"origin with a path", origin, "https://acme.my.example.com/", false},
      {"origin over http", origin, "http://acme.my.example.com", false},
  };
  for (const auto& each : cases) EXPECT_EQ(!check_value(each.placeholder, each.value), each.is_accepted) << each.what;
}

TEST(PlaceholderText, says_what_is_accepted) {
  EXPECT_THAT(*check_value({.name = "dc", .choices = {"eu", "us"}}, "x"), HasSubstr("eu, us"));
  EXPECT_THAT(*check_value({.name = "s", .example = "acme", .pattern = "[a-z]+"}, "X"), HasSubstr("acme"));
}

TEST(PlaceholderText, pattern_is_re2_of_at_most_1024_bytes) {
  EXPECT_FALSE(check_pattern("[a-z0-9-]{1,63}"));
  EXPECT_TRUE(check_pattern("(a"));
  EXPECT_TRUE(check_pattern("(a)\\1"));
  EXPECT_TRUE(check_pattern("((a{1,1000}){1,1000}){1,1000}"));
  EXPECT_FALSE(check_pattern(std::string(1024, 'a')));
  EXPECT_TRUE(check_pattern(std::string(1025, 'a')));
}

TEST(PlaceholderText, defaults_stand_where_no_value_is) {
  const std::vector<Placeholder> placeholders{{.name = "a", .default_value = "1"}, {.name = "b"}};
  EXPECT_EQ(with_defaults(placeholders, {}), (Values{{"a", "1"}}));
  EXPECT_EQ(with_defaults(placeholders, {{"a", "2"}}), (Values{{"a", "2"}}));
}

}  // namespace
}  // namespace valetkey::model
