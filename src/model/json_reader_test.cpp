#include "model/json_reader.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace valetkey::model {
namespace {

namespace json = boost::json;

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(ParseJson, security_s39_depth_is_bounded) {
  EXPECT_TRUE(parse_json(nested(64)));
  EXPECT_FALSE(parse_json(nested(65)));
}

TEST(ParseJson, refuses_what_is_no_json) {
  for (const auto* text : {"", " ", "{", "{}x", "{} {}", "{'a':1}", "{\"a\":1,}", "[01]", "NaN", "Infinity", "\"\xff\"", "\"\\ud800\"",
                           "1e999", "[-1e999]", "{\"a\":{\"b\":[1e400]}}"}) {
    const auto read = parse_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::kMalformedRequest) << text;
  }
}

TEST(ParseJson, what_it_accepts_can_be_written_and_read_again) {
  for (const auto* text :
       {"null", " {} ", "[1, -1, 18446744073709551615, 1.5, 1e308]", "\"\\u0000\\ud83d\\ude00\"", "{\"a\":{\"a\":[]}}"}) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text;
    EXPECT_TRUE(parse_json(json::serialize(*value))) << text;
  }
}

TEST(JsonReader, tells_everything_that_is_wrong_at_once) {
  const auto object =
      json::parse(R"({"text":1,"short":"","number":1.5,"list":["a",2],"map":{"x/y~":3},"nested":{"unknown":0},"objects":[{},7]})")
          .as_object();
  std::vector<FieldError> errors;
  JsonReader reader(object, "", errors);
  (void)reader.required_string("missing");
  (void)reader.required_string("text");
  (void)reader.required_string("short");
  (void)reader.optional_integer("number", 0, 9);
  (void)reader.optional_strings("list", 9);
  (void)reader.optional_pairs("map");
  if (auto inner = reader.optional_object("nested")) inner->finish();
  (void)reader.objects("objects", 9);
  reader.finish();
  std::vector<std::string> pointers;
  for (const auto& error : errors) pointers.push_back(error.pointer);
  EXPECT_EQ(pointers, (std::vector<std::string>{"/missing", "/text", "/short", "/number", "/list/1", "/map/x~1y~0", "/nested/unknown",
                                                "/objects/1"}));
}

TEST(JsonReader, limits_hold_on_both_sides) {
  const auto object = json::parse(R"({"text":"1234","number":5,"list":["a","b"]})").as_object();
  std::vector<FieldError> errors;
  JsonReader reader(object, "", errors);
  EXPECT_EQ(reader.optional_string("text", {.least = 4, .most = 4}), "1234");
  EXPECT_EQ(reader.optional_integer("number", 5, 5), 5);
  EXPECT_EQ(reader.optional_strings("list", 2)->size(), 2U);
  EXPECT_TRUE(errors.empty());
  EXPECT_FALSE(reader.optional_string("text", {.least = 5, .most = 9}));
  EXPECT_FALSE(reader.optional_string("text", {.least = 0, .most = 3}));
  EXPECT_FALSE(reader.optional_integer("number", 6, 9));
  EXPECT_FALSE(reader.optional_integer("number", 0, 4));
  EXPECT_FALSE(reader.optional_strings("list", 1));
  EXPECT_EQ(errors.size(), 5U);
}

}  // namespace
}  // namespace valetkey::model
