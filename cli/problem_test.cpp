#include "cli/problem.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/error.hpp"

namespace valetkey::cli {
namespace {

Head head_of(int status) {
  return {.status = status, .line = fmt::format("HTTP/1.1 {} x", status), .headers = {{"Content-Type", "application/problem+json"}}};
}

/// What the broker answers for a code, without what it was about.
std::string problem_of(model::Code code) {
  const auto& facts = model::facts(code);
  return fmt::format(
      R"({{"type":"urn:valetkey:problem:{}","title":"{}","status":{},"code":"{}","detail":"do it: it failed","error_id":"e1",)"
      R"("retryable":{},"act":"{}"}})",
      facts.code, facts.title, facts.status, facts.code, facts.retryable, model::to_string(facts.actor));
}

Failure failed_with(model::Code code) { return failure_of(head_of(model::facts(code).status), problem_of(code), {}); }

struct Case {
  model::Code code;
  int status;
};

class ExitStatus : public testing::TestWithParam<Case> {};

TEST_P(ExitStatus, is_that_of_the_documentation) { EXPECT_EQ(failed_with(GetParam().code).status, GetParam().status); }

constexpr Case kCases[] = {
    {model::Code::kInvalidInput, kRefused},
    {model::Code::kMalformedRequest, kRefused},
    {model::Code::kNotSupported, kRefused},
    {model::Code::kProviderRejected, kRefused},
    {model::Code::kInternal, kRefused},
    {model::Code::kUnauthenticated, kNotAuthorized},
    {model::Code::kForbidden, kNotAuthorized},
    {model::Code::kNotFound, kNotFound},
    {model::Code::kConflict, kConflict},
    {model::Code::kPreconditionFailed, kConflict},
    {model::Code::kAwaitingConfirmation, kConflict},
    {model::Code::kIdempotencyConflict, kConflict},
    {model::Code::kNeedsReconnect, kEndUser},
    {model::Code::kConnectionRevoked, kEndUser},
    {model::Code::kTooManyRequests, kLater},
    {model::Code::kProviderUnavailable, kLater},
    {model::Code::kOutcomeUnknown, kLater},
    {model::Code::kStoreUnavailable, kLater},
    {model::Code::kUpstreamTimeout, kLater},
    {model::Code::kQuotaExceeded, kOperator},
    {model::Code::kConnectionHeld, kOperator},
    {model::Code::kPolicyForbids, kOperator},
    {model::Code::kCredentialConfiguration, kOperator},
    {model::Code::kEgressDenied, kOperator},
    {model::Code::kHold, kOperator},
    {model::Code::kKeyUnavailable, kOperator},
};
INSTANTIATE_TEST_SUITE_P(Codes, ExitStatus, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(model::facts(row.param.code).code); });

TEST(Problem, says_how_long_to_wait) {
  auto head = head_of(503);
  head.headers.emplace_back("Retry-After", "30");
  EXPECT_EQ(failure_of(head, problem_of(model::Code::kProviderUnavailable), {}).hint, "try again in 30 s");
  EXPECT_EQ(failed_with(model::Code::kProviderUnavailable).hint, "try again later");
}

TEST(Problem, names_the_log_entry_where_only_the_log_says_more) {
  EXPECT_EQ(failed_with(model::Code::kInternal).hint, "the broker's log says more under error id e1");
  EXPECT_EQ(failed_with(model::Code::kIntegrity).hint, "the broker's log says more under error id e1");
}

TEST(Problem, wrong_members_keep_their_pointers) {
  const auto failure = failure_of(head_of(422),
                                  R"({"type":"urn:valetkey:problem:invalid_input","detail":"d","act":"caller","retryable":false,)"
                                  R"("errors":[{"pointer":"/a/0","detail":"is wrong"}]})",
                                  {});
  ASSERT_EQ(failure.members.size(), 1u);
  EXPECT_EQ(failure.members[0].pointer, "/a/0");
  EXPECT_EQ(failure.members[0].detail, "is wrong");
}

TEST(Problem, what_is_no_broker_is_told_as_such) {
  for (const auto* body : {"<html>", "{}", R"({"type":"about:blank","act":"wait"})", "[]", ""}) {
    const auto failure = failure_of(head_of(404), body, {.url = "https://x.example"});
    EXPECT_EQ(failure.status, kNotFound) << body;
    EXPECT_EQ(failure.message, "what answers at https://x.example is not a broker's API: HTTP/1.1 404 x") << body;
  }
}

}  // namespace
}  // namespace valetkey::cli
