#include "calls/path_rules.hpp"

#include <gtest/gtest.h>

namespace valetkey::calls {
namespace {

struct PathCase {
  const char* name;
  std::string_view path;
};

TEST(PathRules, security_s15_what_leads_out_of_the_base_uri_is_refused) {
  const PathCase cases[] = {
      {"dot dot", "../admin"},
      {"dot dot at the end", "a/.."},
      {"dot", "a/./b"},
      {"only dot dot", ".."},
      {"escaped", "%2e%2e/admin"},
      {"half escaped", ".%2e/admin"},
      {"upper case", "%2E%2E/admin"},
      {"escaped twice", "%252e%252e/admin"},
      {"escaped nine times", "%25252525252525252e%25252525252525252e/admin"},
      {"an escape in an escape", "%%32%65%%32%65/admin"},
      {"escaped slash behind dots", "..%2fadmin"},
      {"escaped slash before dots", "a%2f..%2fadmin"},
      {"escaped twice slash", "a%252f..%252fadmin"},
      {"parameter", "..;/admin"},
      {"parameter with a value", "..;x=y/admin"},
      {"escaped semicolon", "..%3b/admin"},
      {"escaped twice semicolon", "..%253Bx/admin"},
      {"dot with a parameter", "a/.;x"},
      {"behind an empty segment", "a//../../b"},
      {"backslash", "a\\..\\b"},
      {"one backslash", "a\\b"},
      {"escaped backslash", "a%5cb"},
      {"escaped twice backslash", "a%255C..b"},
      {"NUL", "a%00b"},
      {"escaped twice NUL", "a%2500b"},
      {"line feed", "a%0aHost: evil"},
      {"carriage return", "%0d"},
      {"DEL", "%7f"},
      {"overlong dots", "%c0%ae%c0%ae/admin"},
      {"overlong slash", "..%c0%afadmin"},
      {"overlong in three bytes", "%e0%80%ae%e0%80%ae/admin"},
      {"overlong in four bytes", "%f0%80%80%ae./admin"},
      {"raw overlong", "\xc0\xae\xc0\xae/admin"},
      {"overlong backslash", "a%c1%9cb"},
      {"unicode escape", "%u002e%u002e/admin"},
      {"unicode escape of a slash", "..%u002Fadmin"},
  };
  for (const auto& [name, path] : cases) EXPECT_TRUE(path_fault(path)) << name << ": " << path;
}

TEST(PathRules, security_s15_all_other_bytes_are_fine) {
  const PathCase cases[] = {
      {"empty", ""},
      {"plain", "users/1"},
      {"slash at the end", "users/"},
      {"empty segments", "//a///b//"},
      {"a calendar's id", "calendars/jo%40example.com/events"},
      {"a raw at", "calendars/jo@example.com/events"},
      {"group calendar", "calendars/c_18%23holiday@group.v.calendar.google.com/events"},
      {"escaped slash", "projects/group%2Fproject/issues"},
      {"escaped twice slash", "projects/group%252Fproject/issues"},
      {"three dots", "a/.../b"},
      {"dots in names", "a/..b/c../.git/v1.0/a..b"},
      {"parameters", "map;v=1/x;y"},
      {"dots behind a semicolon", "a;../b;."},
      {"broken escapes", "100%/%zz/%2"},
      {"escaped percent", "100%25"},
      {"escaped question mark", "a%3Fb%23c"},
      {"colon and friends", "a:b,c'd(e)*f!g$h&i+j=k~l[m]|n^o`p{q}\"r<s>t"},
      {"real UTF-8", "caf%c3%a9/\xe2\x82\xac/%f0%9f%98%80"},
      {"Latin 1", "caf%e9/%c0/x"},
      {"fullwidth unicode escape", "%u20ac"},
  };
  for (const auto& [name, path] : cases) EXPECT_FALSE(path_fault(path)) << name << ": " << path_fault(path).value_or("");
}

TEST(PathRules, says_what_is_wrong) {
  EXPECT_NE(path_fault("a/%2e%2e")->find("dot segment"), std::string::npos);
  EXPECT_NE(path_fault("a%00")->find("control byte"), std::string::npos);
  EXPECT_NE(path_fault("a%5c")->find("backslash"), std::string::npos);
}

TEST(PathRules, decoding_many_layers_is_one_pass) {
  std::string layers = "%";
  for (int i = 0; i < 200'000; ++i) layers += "25";
  EXPECT_EQ(decoded_wholly(layers), "%");
}

}  // namespace
}  // namespace valetkey::calls
