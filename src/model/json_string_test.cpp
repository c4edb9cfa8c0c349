#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "model/encoding.hpp"

namespace valetkey::model {
namespace {

std::string json_string(std::string_view text) {
  std::string out = "[";
  append_json_string(out, text);
  return out + "]";
}

TEST(JsonString, reads_back_as_it_was) {
  std::string every;
  for (int c = 0; c < 0x80; ++c) every += static_cast<char>(c);
  for (const std::string& text : {std::string(), std::string("plain"), every, std::string("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"),
                                  std::string("\"\\"), std::string("a\0b", 3)}) {
    const auto read = boost::json::parse(json_string(text));
    EXPECT_EQ(std::string_view(read.at(0).as_string()), text);
  }
}

TEST(JsonString, is_written_as_boost_writes_it) {
  for (const std::string text : {"", "plain", "\n\r\t\x01\x1f\x7f \"quoted\" \\ / \xc3\xa4", "x\x1f"})
    EXPECT_EQ(json_string(text), "[" + boost::json::serialize(boost::json::string(text)) + "]");
}

TEST(JsonString, what_is_no_utf8_is_replaced_as_elsewhere) {
  for (const std::string_view text : {"\xff", "a\xc3\x28", "\xed\xa0\x80", "\xe2\x82", "\xc0\x80\n"})
    EXPECT_EQ(std::string_view(boost::json::parse(json_string(text)).at(0).as_string()), as_utf8(text));
}

}  // namespace
}  // namespace valetkey::model
