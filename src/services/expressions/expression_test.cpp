#include "services/expressions/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json_reader.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/parse/decoded_request.hpp"

namespace valetkey::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kBody = R"({
  "type": "event_callback", "n": 7, "yes": true, "nothing": null, "empty": "", "team": {"id": "T1"},
  "list": [{"id": "a"}, {"id": "b"}, {"id": "a"}, {"no": 1}], "users": ["u1", "u2", "u1", 3],
  "issue": {"self": "https://Acme.atlassian.net:443/rest/api/2/issue/1"}, "message": "{\"inner\": {\"id\": 5}}",
  "data": "eyJlbWFpbCI6ICJhQGIuYyJ9", "event-data": {"id": "dash"}, "for_user_id": "9", "tweet_create_events": [], "id": "msg-42-x"
})";

Incoming request() {
  return {.method = "POST",
          .path = "/hooks/x/k",
          .query_text = "hub.mode=subscribe&twice=1&twice=2&data%5Blist_id%5D=L",
          .headers = {{"content-type", "application/json"}, {"x-github-event", "issues"}, {"x-two", "1"}, {"x-two", "2"}},
          .body = std::string(kBody),
          .public_url = {}};
}

EndpointValues values() {
  EndpointValues out;
  out.parameters["topic"] = "arn";
  out.secrets["verify_token"] = {model::Secret("newer"), model::Secret("older")};
  return out;
}

struct World {
  Incoming incoming = request();
  EndpointValues of_endpoint = values();
  DecodedRequest decoded{incoming, of_endpoint, nullptr};
  Facts facts() { return decoded.facts(); }
};

std::optional<std::string> value(std::string_view text) {
  World world;
  const auto expression = parse_expression(text);
  EXPECT_TRUE(expression) << text << ": " << (expression ? "" : expression.error().detail);
  return expression ? text_of(*expression, world.facts()) : std::nullopt;
}

TEST(Expression, values) {
  const std::pair<std::string_view, std::optional<std::string>> cases[] = {
      {"type", "event_callback"},
      {"n", "7"},
      {"yes", "true"},
      {"nothing", std::nullopt},
      {"team", std::nullopt},
      {"team.id", "T1"},
      {"list.1.id", "b"},
      {"list.4.id", std::nullopt},
      {"list.-1.id", std::nullopt},
      {"event-data.id", "dash"},
      {"$", std::nullopt},
      {"root(team.id)", "T1"},
      {"header(X-GitHub-Event)", "issues"},
      {"header(x-two)", std::nullopt},
      {"query(hub.mode)", "subscribe"},
      {"query(twice)", std::nullopt},
      {"query(data[list_id])", "L"},
      {"param(topic)", "arn"},
      {"param(other)", std::nullopt},
      {"'it''s'", "it's"},
      {"coalesce(missing, empty, team.id, n)", "T1"},
      {"concat(type, ':', n)", "event_callback:7"},
      {"concat(type, missing)", std::nullopt},
      {"join('.', header(x-github-event), missing, n)", "issues.7"},
      {"join('.', missing)", std::nullopt},
      {"first_key($, [direct_message_events, tweet_create_events])", "tweet_create_events"},
      {"first_key(team, [x])", std::nullopt},
      {"regex(id, 'msg-([0-9]+)', 1)", "42"},
      {"regex(id, 'msg', 0)", "msg"},
      {"regex(id, '^([0-9]+)$', 1)", std::nullopt},
      {"url_origin(issue.self)", "https://acme.atlassian.net"},
      {"url_host(issue.self)", "acme.atlassian.net"},
      {"url_host(type)", std::nullopt},
      {"json(message, inner.id)", "5"},
      {"base64_json(data, email)", "a@b.c"},
      {"base64_json(type, email)", std::nullopt},
      {"lower('ABC')", "abc"},
      {"hash(missing)", std::nullopt},
      {"each(list, id)", "a"},
      {"account", std::nullopt},
      {"token(team.id)", std::nullopt},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(value(text), expected) << text;
}

TEST(Expression, hash_tells_its_parts_apart) {
  EXPECT_NE(value("hash('ab', 'c')"), value("hash('a', 'bc')"));
  EXPECT_EQ(value("hash('ab', 'c')")->size(), 64U);
}

TEST(Expression, each_gives_every_user_once) {
  World world;
  EXPECT_THAT(texts_of(*parse_expression("each(list, id)"), world.facts()), ElementsAre("a", "b"));
  EXPECT_THAT(texts_of(*parse_expression("each(users)"), world.facts()), ElementsAre("u1", "u2", "3"));
  EXPECT_THAT(texts_of(*parse_expression("coalesce(each(missing, id), each(users), n)"), world.facts()), ElementsAre("u1", "u2", "3"));
  EXPECT_THAT(texts_of(*parse_expression("team.id"), world.facts()), ElementsAre("T1"));
  EXPECT_THAT(texts_of(nullptr, world.facts()), ElementsAre());
}

TEST(Expression, sources_are_told) {
  EXPECT_THAT(sources_of(*parse_expression("join('.', header(X-A), action, query(q), claim(sub), param(p), 'x', root(b))")),
              ElementsAre("header:x-a", "body", "query:q"));
}

TEST(Expression, sources_of_a_value_are_those_that_gave_it) {
  World world;
  const auto sources = [&](std::string_view text) { return sources_of(*parse_expression(text), world.facts()); };
  EXPECT_THAT(sources("coalesce(header(x-none), query(hub.mode), type)"), ElementsAre("query:hub.mode"));
  EXPECT_THAT(sources("coalesce(header(x-none), missing)"), ElementsAre("header:x-none", "body"));
  EXPECT_THAT(sources("join('.', header(x-none), type)"), ElementsAre("header:x-none", "body"));
  EXPECT_THAT(sources("concat(coalesce(param(topic), type), '-')"), ElementsAre());
}

TEST(Expression, faults_say_where) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "must have 1 to 1024 bytes"},
      {std::string(1025, 'a'), "must have 1 to 1024 bytes"},
      {"a b", "surplus text at byte 2"},
      {"system(x)", "unknown function; known: root, header"},
      {"coalesce(a,)", "expected a path, a name or 'text' at byte 11"},
      {"coalesce(a", "expected `)`"},
      {"'open", "a quote that does not end"},
      {"regex(a, '(', 1)", "the pattern is no RE2 pattern"},
      {"regex(a, '(b)', 2)", "the group must be a number from 0 to 1"},
      {"regex(a, '(?=b)', 0)", "the pattern is no RE2 pattern"},
      {"concat(each(a), b)", "each() stands alone or in coalesce()"},
      {"first_key(a, b)", "expected `[`"},
  };
  for (const auto& [text, expected] : cases) {
    const auto read = parse_expression(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().detail, HasSubstr(expected)) << text;
  }
}

TEST(Expression, nesting_has_an_end) {
  const auto nested = [](int depth) {
    std::string text = "a";
    for (int i = 0; i < depth; ++i) text = "lower(" + text + ")";
    return text;
  };
  EXPECT_TRUE(parse_expression(nested(kMostExpressionDepth)));
  EXPECT_FALSE(parse_expression(nested(kMostExpressionDepth + 1)));
}

/// The pattern that stops backtracking engines for years is linear here.
TEST(Expression, security_s39_catastrophic_pattern_is_linear) {
  const auto expression = parse_expression("regex(id, '^(a+)+$', 0)");
  ASSERT_TRUE(expression);
  const auto body = *model::parse_json(R"({"id": ")" + std::string(200'000, 'a') + "!\"}");
  EXPECT_EQ(text_of(*expression, {.body = &body}), std::nullopt);
}

std::string filled(std::string_view text) {
  World world;
  const auto read = parse_template(text, false);
  if (!read) return read.error().detail;
  const auto out = fill(*read, world.facts());
  return out ? *out : out.error().detail;
}

TEST(Template, fills) {
  EXPECT_EQ(filled("a{type}b{{c}}{param.topic}-{missing}-{'}'}"), "aevent_callbackb{c}arn--}");
  EXPECT_EQ(filled("{secret.verify_token}"), "newer");
  EXPECT_THAT(filled("{type"), HasSubstr("a `{` without its `}`"));
  EXPECT_THAT(filled("type}"), HasSubstr("a `}` without its `{`"));
  EXPECT_THAT(filled("{hmac(sha256, verify_token, type, hex)}"), HasSubstr("hmac() stands in the replies of challenges only"));
}

TEST(Template, hmac_needs_its_four_parts) {
  for (const auto* text :
       {"{hmac(sha256, verify_token, type)}", "{hmac(md5, verify_token, type, hex)}", "{hmac(sha256, verify_token, type, utf8)}"})
    EXPECT_FALSE(parse_template(text, true)) << text;
  EXPECT_TRUE(parse_template("{hmac(sha256, verify_token, coalesce(a, 'b,c'), base64)}", true));
}

bool check_holds(std::string_view of, std::string_view equals) {
  World world;
  return holds(Check{.value = *parse_expression(of), .equals = *parse_template(equals, false)}, world.facts());
}

TEST(Check, accepts_each_value_of_a_secret_and_nothing_for_one_that_is_not_set) {
  EXPECT_TRUE(check_holds("'newer'", "{secret.verify_token}"));
  EXPECT_TRUE(check_holds("'older'", "{secret.verify_token}"));
  EXPECT_FALSE(check_holds("'oldest'", "{secret.verify_token}"));
  EXPECT_FALSE(check_holds("'x'", "{secret.other}"));
  EXPECT_FALSE(check_holds("'a-'", "a-{secret.other}"));
  EXPECT_FALSE(check_holds("empty", "{param.other}"));
  EXPECT_TRUE(check_holds("type", "event_callback"));
}

TEST(Condition, holds) {
  World world;
  const auto check = [&](Condition condition) { return holds(condition, world.facts()); };
  using Of = Condition::Of;
  EXPECT_TRUE(check({.of = Of::kMethod, .equals = "POST"}));
  EXPECT_TRUE(check({.of = Of::kHeader, .name = "x-two"}));
  EXPECT_FALSE(check({.of = Of::kHeader, .name = "x-two", .equals = "1"}));
  EXPECT_TRUE(check({.of = Of::kHeader, .name = "x-none", .is_not = true}));
  EXPECT_TRUE(check({.of = Of::kQuery, .name = "hub.mode", .equals = "subscribe"}));
  EXPECT_TRUE(check({.of = Of::kBody, .name = "team"}));
  EXPECT_FALSE(check({.of = Of::kBody, .name = "nothing"}));
  EXPECT_TRUE(check({.of = Of::kBody, .name = "n", .equals = "7"}));
  EXPECT_TRUE(check({.of = Of::kContentType, .equals = "application/json"}));
  EXPECT_TRUE(check({.of = Of::kSecret, .name = "verify_token"}));
  EXPECT_TRUE(check({.of = Of::kForm, .name = "a", .is_not = true}));
}

TEST(EventTime, reads_each_unit) {
  EXPECT_EQ(time_of("1531420618", TimeUnit::kSeconds), model::from_unix_ms(1531420618000));
  EXPECT_EQ(time_of("1.5314206185E9", TimeUnit::kSeconds), model::from_unix_ms(1531420618500));
  EXPECT_EQ(time_of("1531420618123", TimeUnit::kMilliseconds), model::from_unix_ms(1531420618123));
  EXPECT_EQ(time_of("1970-01-01T00:00:01Z", TimeUnit::kRfc3339), model::from_unix_ms(1000));
  EXPECT_EQ(time_of("Sun, 06 Nov 1994 08:49:37 GMT", TimeUnit::kHttpDate), model::from_unix_ms(784111777000));
  for (const auto* text : {"", " 1", "1x", "nan", "inf", "-1", "1e300", "253402300800"})
    EXPECT_EQ(time_of(text, TimeUnit::kSeconds), std::nullopt) << text;
  for (const auto* text : {"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Foo 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"})
    EXPECT_EQ(time_of(text, TimeUnit::kHttpDate), std::nullopt) << text;
}

TEST(Header, security_s25_header_that_comes_twice_has_no_value) {
  const auto incoming = request();
  EXPECT_EQ(single_header(incoming, "x-github-event"), "issues");
  EXPECT_EQ(single_header(incoming, "x-two"), std::nullopt);
}

}  // namespace
}  // namespace valetkey::services
