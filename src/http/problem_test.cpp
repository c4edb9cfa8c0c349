#include "http/problem.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;

TEST(Problem, says_what_who_and_where) {
  const auto response = problem_response({.code = Code::kInvalidInput,
                                          .detail = "make a key",
                                          .log = {"sql: secret stuff"},
                                          .fields = {{"/scopes/0", "not a scope"}, {"/na~1me", "too long"}}},
                                         "id-1");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(*response.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(json::parse(response.body), json::parse(R"({
    "type": "urn:valetkey:problem:invalid_input", "title": "a member of the request is not acceptable", "status": 422,
    "code": "invalid_input", "detail": "make a key", "error_id": "id-1", "retryable": false, "act": "caller",
    "errors": [{"pointer": "/scopes/0", "detail": "not a scope"}, {"pointer": "/na~1me", "detail": "too long"}]})"));
}

TEST(Problem, what_only_the_log_may_hold_is_not_sent) {
  const auto response = problem_response({.code = Code::kStoreUnavailable, .detail = "read the key", .log = {"disk I/O error"}}, "id-1");
  EXPECT_EQ(response.body.find("disk"), std::string::npos);
  for (const auto& [name, value] : response.headers) EXPECT_EQ(value.find("disk"), std::string::npos);
  EXPECT_EQ(response.log.text, "disk I/O error");
}

TEST(Problem, tells_when_to_come_back) {
  EXPECT_EQ(*problem_response({.code = Code::kTooManyRequests, .retry_after = model::Seconds{7}}, "i").header("Retry-After"), "7");
  EXPECT_EQ(*problem_response({.code = Code::kTooManyRequests, .retry_after = model::Seconds{0}}, "i").header("Retry-After"), "1");
  EXPECT_EQ(problem_response({.code = Code::kTooManyRequests}, "i").header("Retry-After"), nullptr);
}

TEST(Problem, asks_for_a_bearer_token) {
  EXPECT_EQ(*problem_response({.code = Code::kUnauthenticated}, "i").header("WWW-Authenticate"), "Bearer realm=\"valetkey\"");
  EXPECT_EQ(*problem_response({.code = Code::kForbidden}, "i").header("WWW-Authenticate"),
            "Bearer realm=\"valetkey\", error=\"insufficient_scope\"");
  EXPECT_EQ(problem_response({.code = Code::kNotFound}, "i").header("WWW-Authenticate"), nullptr);
}

}  // namespace
}  // namespace valetkey::http
