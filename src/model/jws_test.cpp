#include "model/jws.hpp"

#include <gtest/gtest.h>

#include "model/encoding.hpp"

namespace valetkey::model {
namespace {

std::string token(std::string_view header, std::string_view claims) { return to_base64url(header) + "." + to_base64url(claims) + ".c2ln"; }

TEST(Jws, is_taken_apart) {
  const auto text = token(R"({"alg":"RS256","kid":"k1"})", R"({"sub":"1"})");
  const auto jws = read_jws(text);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->signing_input, text.substr(0, text.rfind('.')));
  EXPECT_EQ(jws->signature, "sig");
  EXPECT_EQ(jws->algorithm, "RS256");
  EXPECT_EQ(jws->kid, "k1");
  EXPECT_EQ(jws->claims.at("sub"), "1");
}

TEST(Jws, is_read_one_way_only) {
  const std::string_view good = R"({"alg":"RS256"})";
  for (const std::string_view header :
       {"{}", "[]", R"({"alg":1})", R"({"alg":""})", R"({"alg":"RS256","alg":"none"})", R"({"alg":"RS256","crit":["exp"]})",
        R"({"alg":"RS256","b64":false})", R"({"alg":"RS256","kid":7})"})
    EXPECT_FALSE(read_jws(token(header, "{}"))) << header;
  for (const std::string_view claims : {"[]", "1", R"({"sub":"1","sub":"2"})", R"({"a":{"b":1,"b":2}})"})
    EXPECT_FALSE(read_jws(token(good, claims))) << claims;
  const auto whole = token(good, "{}");
  for (const auto& text :
       {std::string(), whole + ".x", whole.substr(0, whole.rfind('.')), whole.substr(0, whole.rfind('.') + 1), whole + "=", "?" + whole})
    EXPECT_FALSE(read_jws(text)) << text;
}

TEST(Jws, finds_repeated_names) {
  EXPECT_FALSE(has_repeated_names(R"({"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]})"));
  EXPECT_TRUE(has_repeated_names(R"({"a":1,"b":2,"a":3})"));
  EXPECT_TRUE(has_repeated_names(R"({"b":[{"a":1,"a":3}]})"));
  EXPECT_TRUE(has_repeated_names(R"({"ab":1,"\u0061b":3})"));
  EXPECT_FALSE(has_repeated_names("[]"));
}

}  // namespace
}  // namespace valetkey::model
