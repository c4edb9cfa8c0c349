#include "cli/yaml.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace valetkey::cli {
namespace {

namespace json = boost::json;

std::string failure_of(const std::string& text) {
  const auto file = parse_yaml(text, "f.yaml");
  return file ? "" : file.error().message;
}

TEST(Yaml, values_are_those_of_the_core_schema) {
  const auto file =
      parse_yaml("a: true\nb: 'true'\nc: 7\nd: 7.5\ne:\nf: yes\ng: 2026-01-01\nh: [1, x]\ni: {k: v}\nj: 0123\nk: \"7\"\nl: -3\n", "f.yaml");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->document, json::parse(R"({"a":true,"b":"true","c":7,"d":7.5,"e":null,"f":"yes","g":"2026-01-01","h":[1,"x"],
    "i":{"k":"v"},"j":123,"k":"7","l":-3})"));
}

TEST(Yaml, json_is_yaml) {
  const auto file = parse_yaml(R"({"a": [1, {"b": null}]})", "f.yaml");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->document, json::parse(R"({"a":[1,{"b":null}]})"));
}

TEST(Yaml, members_know_their_lines) {
  const auto file = parse_yaml("name: x\nscopes:\n  - a\n  - b\nnested:\n  deep:\n    value: 1\n", "f.yaml");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->places.where("/name"), "f.yaml:1");
  EXPECT_EQ(file->places.where("/scopes/1"), "f.yaml:4");
  EXPECT_EQ(file->places.where("/nested/deep/value"), "f.yaml:7");
  EXPECT_EQ(file->places.where("/nested/missing"), "f.yaml:5");
  EXPECT_EQ(file->places.below("/nested").where("/deep"), "f.yaml:6");
}

TEST(Yaml, what_is_wrong_is_told_with_its_line) {
  EXPECT_EQ(failure_of("a: 1\nb: 2\na: 3\n"), "f.yaml:3: a stands here twice");
  EXPECT_EQ(failure_of("a: !secret x\n"), "f.yaml:1: the tag !secret is not known");
  EXPECT_EQ(failure_of("a: 1\n---\nb: 2\n"), "f.yaml: it holds more than one document");
  EXPECT_EQ(failure_of(""), "f.yaml: there is nothing in it");
  EXPECT_TRUE(failure_of("a: [1\nb: 2\n").starts_with("f.yaml:")) << failure_of("a: [1\nb: 2\n");
  EXPECT_EQ(failure_of("? [a]\n: 1\n"), "f.yaml:1: the name of a member must be text");
}

TEST(Yaml, aliases_cannot_multiply_without_end) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k > 0 ? ",*a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_TRUE(failure_of(text).ends_with("it is nested too deeply or too large")) << failure_of(text);
}

TEST(Yaml, a_value_of_the_command_line_is_yaml_or_text) {
  EXPECT_EQ(yaml_value("true"), json::value(true));
  EXPECT_EQ(yaml_value("[a, b]"), json::parse(R"(["a","b"])"));
  EXPECT_EQ(yaml_value("https://x.example/a?b=c"), json::value("https://x.example/a?b=c"));
  EXPECT_EQ(yaml_value("[broken"), json::value("[broken"));
}

}  // namespace
}  // namespace valetkey::cli
