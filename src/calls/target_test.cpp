#include "calls/target.hpp"

#include <gtest/gtest.h>

namespace valetkey::calls {
namespace {

Api api_at(std::string_view base_uri) {
  Api api{.base = model::parse_endpoint_url(base_uri).value()};
  api.base_path = api.base.path;
  if (api.base_path.ends_with('/')) api.base_path.pop_back();
  return api;
}

Api with_token_in_query() {
  auto api = api_at("https://api.example/v1");
  FixedParameter key{"key", {}};
  key.text.add("key=");
  key.text.add_token();
  FixedParameter format{"alt format", {}};
  format.text.add("alt%20format=json");
  api.query = {key, format};
  return api;
}

struct JoinCase {
  std::string_view base_uri;
  std::optional<std::string_view> path;
  std::string_view target;
};

TEST(Target, security_s15_the_raw_path_stands_behind_the_base_uri_unchanged) {
  const JoinCase cases[] = {
      {"https://api.example", "users", "/users"},
      {"https://api.example/", "users", "/users"},
      {"https://api.example/v1", "users/1", "/v1/users/1"},
      {"https://api.example/v1/", "users/1", "/v1/users/1"},
      {"https://api.example/v1", "", "/v1/"},
      {"https://api.example/graphql", std::nullopt, "/graphql"},
      {"https://api.example", std::nullopt, "/"},
      {"https://api.example/v1/", std::nullopt, "/v1/"},
      {"https://api.example/calendar/v3", "calendars/jo@example.com//events%2Fx", "/calendar/v3/calendars/jo@example.com//events%2Fx"},
      {"https://api.example", "/evil.example/x", "//evil.example/x"},
      {"https://api.example/v1", "https://evil.example/x", "/v1/https://evil.example/x"},
  };
  for (const auto& [base_uri, path, target] : cases)
    EXPECT_EQ(target_of(api_at(base_uri), {.path = path}, "token").value(), target) << base_uri;
}

TEST(Target, security_s15_a_path_that_leads_out_is_refused_and_said) {
  const auto target = target_of(api_at("https://api.example/v1"), {.path = "%2e%2e/v2"}, "token");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, model::Code::kInvalidInput);
  EXPECT_NE(target.error().detail.find("dot segment"), std::string::npos);
}

TEST(Target, security_s15_the_prefix_compares_whole_segments) {
  EXPECT_TRUE(is_below("/v1", "/v1"));
  EXPECT_TRUE(is_below("/v1", "/v1/"));
  EXPECT_TRUE(is_below("/v1", "/v1/x"));
  EXPECT_FALSE(is_below("/v1", "/v10"));
  EXPECT_FALSE(is_below("/v1", "/v1;x"));
  EXPECT_FALSE(is_below("/v1", "/v"));
  EXPECT_TRUE(is_below("", "/x"));
  EXPECT_FALSE(is_below("", "x"));
}

TEST(Target, security_s14_a_byte_that_would_end_the_target_is_refused) {
  const auto api = api_at("https://api.example/v1");
  for (const std::string_view path : {"a b", "a?b", "a#b", "a\tb"}) EXPECT_FALSE(target_of(api, {.path = path}, "t")) << path;
  for (const std::string_view query : {"a b", "a#b", "a\r\nHost: evil", "a\x7f"})
    EXPECT_FALSE(target_of(api, {.path = "a", .query = query}, "t")) << query;
}

TEST(Target, query_is_handed_on_as_it_is) {
  const auto api = api_at("https://api.example/v1");
  EXPECT_EQ(target_of(api, {.path = "a", .query = "x=%2e%2e&y=\\&&=;z"}, "t").value(), "/v1/a?x=%2e%2e&y=\\&&=;z");
  EXPECT_EQ(target_of(api, {.path = "a", .query = ""}, "t").value(), "/v1/a?");
  EXPECT_EQ(target_of(api, {.path = std::nullopt, .query = "a=1"}, "t").value(), "/v1?a=1");
}

struct QueryCase {
  const char* name;
  std::string_view asked;
  std::string_view target;
};

TEST(Target, security_s16_parameters_that_the_integration_sets_are_not_the_callers) {
  const QueryCase cases[] = {
      {"none asked", "", "/v1/a?key=to%20ken&alt%20format=json"},
      {"others stay as they are", "x=1&y=%2F", "/v1/a?x=1&y=%2F&key=to%20ken&alt%20format=json"},
      {"the same name", "key=evil&x=1", "/v1/a?x=1&key=to%20ken&alt%20format=json"},
      {"without a value", "key", "/v1/a?key=to%20ken&alt%20format=json"},
      {"twice", "key=a&key=b", "/v1/a?key=to%20ken&alt%20format=json"},
      {"escaped", "%6b%65y=evil", "/v1/a?key=to%20ken&alt%20format=json"},
      {"escaped twice", "%256bey=evil", "/v1/a?key=to%20ken&alt%20format=json"},
      {"upper case", "KEY=evil", "/v1/a?key=to%20ken&alt%20format=json"},
      {"plus is a space", "alt+format=xml", "/v1/a?key=to%20ken&alt%20format=json"},
      {"behind a semicolon", "x=1;key=evil", "/v1/a?key=to%20ken&alt%20format=json"},
      {"another name that holds it", "monkey=1&keys=2", "/v1/a?monkey=1&keys=2&key=to%20ken&alt%20format=json"},
      {"only a value", "x=key", "/v1/a?x=key&key=to%20ken&alt%20format=json"},
  };
  for (const auto& [name, asked, target] : cases)
    EXPECT_EQ(target_of(with_token_in_query(), {.path = "a", .query = asked}, "to ken").value(), target) << name;
}

}  // namespace
}  // namespace valetkey::calls
