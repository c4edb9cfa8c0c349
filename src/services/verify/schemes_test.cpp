#include <gtest/gtest.h>

#include "support/scheme_cases.hpp"

namespace valetkey::services::verify {
namespace {

using test::VerifyRig;

class Schemes : public ::testing::TestWithParam<test::SchemeCase> {
 protected:
  static std::string* value_of(VerifyRig& rig, const std::string& header) {
    for (auto& [name, value] : rig.request.headers)
      if (name == header) return &value;
    return nullptr;
  }
};
class SchemesThatCoverTheBody : public Schemes {};
class SchemesWithAHeader : public Schemes {};

/// The rows of the table that a test is about.
std::vector<test::SchemeCase> cases_that(const std::function<bool(const test::SchemeCase&)>& hold) {
  auto cases = test::scheme_cases();
  std::erase_if(cases, [&](const auto& one) { return !hold(one); });
  return cases;
}
std::string name_of(const ::testing::TestParamInfo<test::SchemeCase>& info) { return info.param.name; }

TEST_P(Schemes, verifies_what_the_application_signed) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  const auto verdict = rig.verify();
  ASSERT_EQ(verdict.outcome, Outcome::kVerified)
      << verdict.reason << ": " << verdict.steps.back().what << ": " << verdict.steps.back().result;
  EXPECT_EQ(verdict.covers_body, GetParam().covers_body);
  EXPECT_FALSE(verdict.reply);
}

TEST_P(SchemesThatCoverTheBody, refuses_another_body) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  const auto body = rig.request.body;
  for (const std::size_t at : {std::size_t{0}, body.size() / 2, body.size() - 1}) {
    rig.request.body = body;
    rig.request.body[at] ^= 1;
    EXPECT_NE(rig.reason(), "") << "byte " << at;
  }
  rig.request.body = body + " ";
  EXPECT_NE(rig.reason(), "");
  rig.request.body = "";
  EXPECT_NE(rig.reason(), "");
}

TEST_P(SchemesWithAHeader, refuses_any_other_signature) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  auto* value = value_of(rig, GetParam().header);
  const auto right = *value;
  const std::size_t step = right.size() > 200 ? 7 : 1;  // a longer one takes a public key
  for (std::size_t at = 0; at < right.size(); at += step) {
    *value = right;
    (*value)[at] = right[at] == '0' ? '1' : '0';
    EXPECT_NE(rig.reason(), "") << "character " << at << " of " << right;
  }
  *value = right.substr(0, right.size() - 1);
  EXPECT_NE(rig.reason(), "");
  *value = "";
  EXPECT_EQ(rig.reason(), "signature_missing");
}

// Fault 1 of real receivers: checked only if it is there.
TEST_P(SchemesWithAHeader, refuses_a_request_without_a_signature) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  for (auto& [name, value] : rig.request.headers)
    if (name == GetParam().header) name = "x-" + name;
  EXPECT_EQ(rig.reason(), "signature_missing");
}

TEST_P(SchemesWithAHeader, refuses_two_signatures) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  rig.add_header(GetParam().header, *value_of(rig, GetParam().header));
  EXPECT_EQ(rig.reason(), "signature_duplicated");
}

TEST_P(Schemes, refuses_another_key) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  rig.set_secret("s", GetParam().another);
  EXPECT_EQ(rig.reason(), "signature_mismatch");
}

TEST_P(Schemes, tries_every_key_while_one_is_replaced) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  rig.values.secrets["s"] = {model::Secret(GetParam().another), model::Secret(GetParam().secret)};
  EXPECT_EQ(rig.reason(), "");
}

// Fault 3: skipped when no secret is configured.
TEST_P(Schemes, refuses_everything_without_a_secret) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  rig.values.secrets.clear();
  EXPECT_EQ(rig.reason(), "secret_missing");
  rig.set_secret("s", "");
  EXPECT_NE(rig.reason(), "");
}

TEST_P(Schemes, security_s34_explains_without_secrets) {
  for (const bool is_right : {true, false}) {
    const auto made = test::rig_of(GetParam());
    auto& rig = *made;
    if (!is_right) rig.request.body = "{}";
    const auto verdict = rig.verify();
    EXPECT_FALSE(verdict.steps.empty());
    for (const auto& step : verdict.steps) {
      EXPECT_FALSE(step.result.contains(GetParam().secret)) << step.what << ": " << step.result;
      EXPECT_LE(step.result.size(), 400U);
    }
  }
}

TEST_P(Schemes, a_live_request_keeps_no_steps_but_the_one_that_rejects) {
  const auto made = test::rig_of(GetParam());
  auto& rig = *made;
  EXPECT_TRUE(rig.verify(Run::kLive).steps.empty());
  rig.set_secret("s", GetParam().another);
  const auto verdict = rig.verify(Run::kLive);
  ASSERT_EQ(verdict.steps.size(), 1U);
  EXPECT_FALSE(verdict.steps[0].is_ok);
  ASSERT_TRUE(verdict.reply);
  EXPECT_EQ(verdict.reply->status, 401);
}

INSTANTIATE_TEST_SUITE_P(Table, Schemes, ::testing::ValuesIn(test::scheme_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Table, SchemesThatCoverTheBody, ::testing::ValuesIn(cases_that(&test::SchemeCase::covers_body)), name_of);
INSTANTIATE_TEST_SUITE_P(Table, SchemesWithAHeader, ::testing::ValuesIn(cases_that([](const auto& one) { return !one.header.empty(); })),
                         name_of);

}  // namespace
}  // namespace valetkey::services::verify
