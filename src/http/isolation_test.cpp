#include "http/isolation.hpp"

#include <gtest/gtest.h>

namespace valetkey::http {
namespace {

TEST(Isolation, security_s13_covers_all_below_the_proxy_hooks_and_actions_and_nothing_beside_them) {
  for (const auto* path :
       {"/v1/proxy", "/v1/proxy/", "/v1/proxy/conn_1", "/v1/proxy/conn_1//a/../b", "/hooks/slack/key", "/actions/slack/key", "/hooks"})
    EXPECT_TRUE(is_isolated(path)) << path;
  for (const auto* path : {"/v1/proxying", "/v1", "/", "", "/connect/x", "/v2/proxy/", "/hooksy", "/v1/hooks"})
    EXPECT_FALSE(is_isolated(path)) << path;
}

TEST(Isolation, security_s13_an_answer_runs_nothing_and_a_problem_is_told_apart) {
  Response plain;
  isolate(plain);
  ASSERT_NE(plain.header("content-security-policy"), nullptr);
  EXPECT_EQ(*plain.header("content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'none'");
  EXPECT_EQ(*plain.header("cross-origin-resource-policy"), "same-origin");
  EXPECT_EQ(plain.header("valetkey-error"), nullptr);
  Response problem{.status = 404, .code = "not_found"};
  isolate(problem);
  EXPECT_EQ(*problem.header("valetkey-error"), "not_found");
}

}  // namespace
}  // namespace valetkey::http
