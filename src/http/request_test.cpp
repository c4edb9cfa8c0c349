#include "http/request.hpp"

#include <gtest/gtest.h>

#include "http/etag.hpp"
#include "http/paging.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

Request with_body(std::string type, std::string body) {
  Request request;
  if (!type.empty()) request.headers.emplace_back("content-type", std::move(type));
  request.body = std::move(body);
  return request;
}

TEST(Request, reads_a_json_object) {
  EXPECT_EQ(json_object(with_body("application/json", R"({"a":1})"))->at("a").as_int64(), 1);
  EXPECT_EQ(json_object(with_body("Application/JSON ; charset=utf-8", R"({})"))->size(), 0u);
  EXPECT_EQ(json_object(with_body("", ""))->size(), 0u);
}

TEST(Request, refuses_other_bodies) {
  // A form of a foreign page can send text/plain without asking anybody.
  for (const auto& request :
       {with_body("text/plain", "{}"), with_body("", "{}"), with_body("application/json", ""), with_body("application/json", "[]"),
        with_body("application/json", "{}x"), with_body("application/jsonx", "{}")}) {
    const auto object = json_object(request);
    ASSERT_FALSE(object) << request.body;
    EXPECT_EQ(object.error().code, model::Code::kMalformedRequest);
  }
}

TEST(Request, reads_a_form) {
  const auto form = form_pairs(with_body("application/x-www-form-urlencoded", "a=b+c&d=%26"));
  EXPECT_EQ(*form, (Pairs{{"a", "b c"}, {"d", "&"}}));
  EXPECT_FALSE(form_pairs(with_body("application/json", "a=b")));
}

TEST(Request, an_unknown_parameter_is_a_bug) {
  Request request;
  request.parameters.emplace_back("id", "x");
  EXPECT_EQ(request.parameter("id"), "x");
  EXPECT_THROW((void)request.parameter("other"), std::logic_error);
}

Request with_query(std::string_view query) {
  Request request;
  request.query = model::parse_form(query).value();
  return request;
}

TEST(Paging, has_bounds_and_a_default) {
  EXPECT_EQ(page_of(with_query(""))->limit, 50);
  EXPECT_EQ(page_of(with_query("limit=1"))->limit, 1);
  EXPECT_EQ(page_of(with_query("limit=200"))->limit, 200);
  for (const auto* query :
       {"limit=0", "limit=201", "limit=-1", "limit=", "limit=1x", "limit=99999999999", "after=!!", "after=AA", "after=abc="})
    EXPECT_EQ(page_of(with_query(query)).error().code, model::Code::kInvalidInput) << query;
  EXPECT_EQ(page_of(with_query("limit=0&after=!")).error().fields.size(), 2u);
}

TEST(Paging, a_cursor_comes_back) {
  const auto response = page_response({1, 2}, true, "key_1/ä");
  const auto next = model::parse_json(response.body)->at("next").as_string();
  EXPECT_EQ(page_of(with_query("after=" + std::string(next)))->after, "key_1/ä");
  EXPECT_EQ(page_response({}, false, "").body, R"({"data":[],"next":null})");
}

TEST(Etag, if_match_compares_the_revision) {
  const auto matches = [](std::string header) {
    Request request;
    request.headers.emplace_back("if-match", std::move(header));
    return check_if_match(request, 7).has_value();
  };
  EXPECT_TRUE(check_if_match(Request{}, 7));
  for (const auto* header : {"\"7\"", "*", "\"6\", \"7\"", "\"6\" ,\"7\""}) EXPECT_TRUE(matches(header)) << header;
  for (const auto* header : {"\"6\"", "7", "W/\"7\"", "", "\"77\"", "\"6\",\"8\""}) EXPECT_FALSE(matches(header)) << header;
  Response response;
  set_etag(response, 7);
  EXPECT_EQ(*response.header("etag"), "\"7\"");
}

}  // namespace
}  // namespace valetkey::http
