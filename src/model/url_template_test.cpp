#include "model/url_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

using testing::HasSubstr;
using Values = std::map<std::string, std::string>;

const std::vector<Placeholder> kPlaceholders{
    {.name = "sub", .filled_by = FilledBy::kEndUser},
    {.name = "returned", .filled_by = FilledBy::kCallback},
    {.name = "answered", .filled_by = FilledBy::kTokenResponse},
    {.name = "dc", .filled_by = FilledBy::kEndUser, .choices = {"eu", "us"}},
    {.name = "zone", .filled_by = FilledBy::kCallback, .choices = {"accounts.example.com", "accounts.example.eu"}},
    {.name = "host", .filled_by = FilledBy::kOperator},
    {.name = "instance", .filled_by = FilledBy::kTokenResponse, .host_suffixes = {".my.example.com"}},
    {.name = "region_url", .filled_by = FilledBy::kTokenResponse, .choices = {"https://api.example.com", "https://api.example.eu"}},
    {.name = "bad_region", .filled_by = FilledBy::kTokenResponse, .choices = {"https://api.example.com/path"}},
    {.name = "server", .filled_by = FilledBy::kOperator},
    {.name = "id", .filled_by = FilledBy::kEndUser},
};

struct TemplateCase {
  std::string_view text;
  bool is_accepted;
};

TEST(UrlTemplate, security_s03_who_fills_a_host) {
  const TemplateCase cases[] = {
      {"https://example.com/token", true},
      {"https://{sub}.example.com/token", true},
      {"https://{returned}.example.com/token", true},
      {"https://{answered}.example.com:8443/token", true},
      {"https://{sub}.{dc}.example.com/token", true},
      {"https://{sub}.{host}/token", false},          // no literal suffix
      {"https://{sub}/token", false},                 // a free host
      {"https://{sub}.com/token", false},             // any registered name
      {"https://{sub}example.com/token", false},      // not a whole label
      {"https://my-{sub}.example.com/token", false},  // not a whole label
      {"https://api.{sub}.example.com/token", false},
      {"https://example.{sub}/token", false},
      {"https://example.com:{sub}/token", false},
      {"https://{sub}@example.com/token", false},
      {"https://{sub}.{returned}.example.com/token", false},
      {"https://{sub|host}.example.com/token", true},
      {"https://{host|sub}/token", false},  // one alternative is enough to break it
      {"https://{dc}.example.com/token", true},
      {"https://login.{dc}.example.com/token", true},
      {"https://{zone}/token", true},
      {"https://{host}/token", true},
      {"https://{host}:8443/token", true},
      {"https://sso.{host}/token", true},
      {"{instance}/services", true},
      {"{region_url}/v2", true},
      {"{bad_region}/v2", false},
      {"{server}/oauth/token", true},
      {"{sub}/oauth/token", false},
      {"{instance}.evil.com/token", false},
      {"{instance}{server}/token", false},
      {"{unknown}/token", false},
      {"https://{unknown}.example.com/token", false},
      {"https://example.com/{id}/token?x={id}", true},
      {"https://example.com/{unknown}/token", false},
      {"https://example.com/{id", false},
      {"http://example.com/token", false},
      {"http://127.0.0.1/token", false},
      {"ftp://example.com/token", false},
      {"/token", false},
      {"", false},
      {"https://example.com/token#x", false},
      {"https://user@example.com/token", false},
      {"https://127.1/token", false},
  };
  for (const auto& [text, is_accepted] : cases) {
    const auto wrong = check_url_template(text, kPlaceholders, PlainHttp::kRefused);
    EXPECT_EQ(!wrong, is_accepted) << text << ": " << wrong.value_or("accepted");
  }
}

TEST(UrlTemplate, plain_http_is_for_loopback) {
  EXPECT_FALSE(check_url_template("http://127.0.0.1:9000/token", {}, PlainHttp::kLoopback));
  EXPECT_FALSE(check_url_template("http://localhost/token", {}, PlainHttp::kLoopback));
  EXPECT_TRUE(check_url_template("http://example.com/token", {}, PlainHttp::kLoopback));
  EXPECT_TRUE(check_url_template("http://{sub}.example.com/token", kPlaceholders, PlainHttp::kLoopback));
}

TEST(UrlTemplate, fills_host_path_and_query) {
  const Values values{{"sub", "acme"}, {"id", "a/b c"}, {"host", "sso.acme.example:8443"}};
  EXPECT_EQ(to_string(*fill_url("https://{sub}.example.com/{id}?x={id}", kPlaceholders, values)),
            "https://acme.example.com/a%2Fb%20c?x=a%2Fb%20c");
  EXPECT_EQ(to_string(*fill_url("https://{host}/token", kPlaceholders, values)), "https://sso.acme.example:8443/token");
  EXPECT_EQ(to_string(*fill_url("{instance}/v1", kPlaceholders, {{"instance", "https://acme.my.example.com"}})),
            "https://acme.my.example.com/v1");
  EXPECT_EQ(to_string(*fill_url("{server}/token", kPlaceholders, {{"server", "https://git.acme.example/base/"}})),
            "https://git.acme.example/base/token");
  EXPECT_EQ(to_string(*fill_url("https://{dc}.example.com", kPlaceholders, {{"dc", "eu"}})), "https://eu.example.com/");
}

TEST(UrlTemplate, text_of_an_issuer_is_not_rebuilt) {
  EXPECT_EQ(*fill_url_text("https://{sub}.example.com", kPlaceholders, {{"sub", "acme"}}), "https://acme.example.com");
  EXPECT_FALSE(fill_url_text("https://{sub}.example.com", kPlaceholders, {{"sub", "a.b"}}));
}

TEST(UrlTemplate, security_s03_values_that_would_move_the_host) {
  for (const std::string& value :
       {std::string("evil.com/"), std::string("x.evil.com#"), std::string("%2e"), std::string(".."), std::string("ACME"),
        std::string("acm\xc3\xa9"), std::string("a\r\nb"), std::string("a\0b", 3), std::string("user@evil"), std::string(),
        std::string(64, 'a'), std::string("evil.com"), std::string("evil.com?"), std::string("evil.com:443/"), std::string("evil.com\\"),
        std::string("a b"), std::string("1.2.3.4#")}) {
    for (const std::string_view name : {"sub", "returned", "answered"}) {
      const auto url = fill_url(fmt::format("https://{{{}}}.example.com/token", name), kPlaceholders, {{std::string(name), value}});
      EXPECT_FALSE(url) << name << " = " << value << " gave " << to_string(*url);
    }
    EXPECT_FALSE(fill_url("https://{dc}.example.com/token", kPlaceholders, {{"dc", value}})) << value;
    EXPECT_FALSE(fill_url("https://{zone}/token", kPlaceholders, {{"zone", value}})) << value;
    EXPECT_FALSE(fill_url("{region_url}/token", kPlaceholders, {{"region_url", "https://" + value}})) << value;
    EXPECT_FALSE(fill_url("{instance}/token", kPlaceholders, {{"instance", "https://" + value}})) << value;
  }
}

TEST(UrlTemplate, security_s03_operator_values_keep_the_template_s_path) {
  for (const std::string_view value :
       {"evil.com/", "evil.com#", "evil.com?", "user@evil.com", "evil.com:80:80", "a/../b", "EVIL.com", "a\\b", "127.1"})
    EXPECT_FALSE(fill_url("https://{host}/token", kPlaceholders, {{"host", std::string(value)}})) << value;
  for (const std::string_view value :
       {"https://evil.com?x=", "https://evil.com#", "ftp://evil.com", "http://evil.com", "//evil.com", "https://u@evil.com"})
    EXPECT_FALSE(fill_url("{server}/token", kPlaceholders, {{"server", std::string(value)}})) << value;
}

TEST(UrlTemplate, security_s03_dot_segments_cannot_be_filled_in) {
  for (const std::string_view value : {".", "..", "../x"}) {
    const auto url = fill_url("https://example.com/v1/{id}/token", kPlaceholders, {{"id", std::string(value)}});
    if (url) EXPECT_EQ(url->path, "/v1/..%2Fx/token");
    else EXPECT_NE(value, "../x");
  }
  EXPECT_FALSE(fill_url("https://example.com/{id}{id}", kPlaceholders, {{"id", "."}}));
}

TEST(UrlTemplate, security_s03_a_stored_template_is_checked_again) {
  // What was accepted under other placeholder rules does not get through at the time of use.
  EXPECT_FALSE(fill_url("https://{sub}/token", kPlaceholders, {{"sub", "evil"}}));
  EXPECT_FALSE(fill_url("{sub}/token", kPlaceholders, {{"sub", "https://evil.com"}}));
  EXPECT_FALSE(fill_url("https://{sub}.example.com/token", {}, {{"sub", "acme"}}));
}

TEST(UrlTemplate, missing_value_is_named) {
  const auto url = fill_url("https://{sub}.example.com/token", kPlaceholders, {});
  ASSERT_FALSE(url);
  EXPECT_THAT(url.error().detail, HasSubstr("{sub}"));
}

TEST(UrlTemplate, splits_a_base_uri) {
  EXPECT_EQ(*split_base_uri("https://{sub}.example.com/api/v2"),
            (std::pair<std::string, std::string>("https://{sub}.example.com", "/api/v2")));
  EXPECT_EQ(*split_base_uri("{server}/api"), (std::pair<std::string, std::string>("{server}", "/api")));
  EXPECT_FALSE(split_base_uri("https://example.com/?x"));
  EXPECT_FALSE(split_base_uri("nothing"));
}

}  // namespace
}  // namespace valetkey::model
