#include "model/policy_document.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace valetkey::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> pointers(const std::vector<FieldError>& errors) {
  std::vector<std::string> out;
  out.reserve(errors.size());
  for (const auto& error : errors) out.push_back(error.pointer);
  return out;
}

TEST(PolicyDocument, the_members_given_change) {
  const Policy before{.forbid_password_grant = true, .max_credentials = 5, .max_connections = 7};
  const auto after = read_policy(boost::json::parse(R"({"max_credentials":null,"max_connections":0})"), before);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->forbid_password_grant);
  EXPECT_FALSE(after->max_credentials);
  EXPECT_EQ(after->max_connections, 0);
  EXPECT_EQ(read_policy(to_json(before), {})->max_connections, 7);
}

TEST(PolicyDocument, faults_are_told_with_pointers) {
  const auto read = read_policy(boost::json::parse(R"({"max_credentials":-1,"forbid_password_grant":"yes","colour":1})"), {}, "/policy");
  ASSERT_FALSE(read);
  EXPECT_THAT(pointers(read.error().fields),
              testing::UnorderedElementsAre("/policy/max_credentials", "/policy/forbid_password_grant", "/policy/colour"));
  EXPECT_THAT(pointers(read_policy(boost::json::parse("1"), {}, "/policy").error().fields), ElementsAre("/policy"));
}

TEST(PolicyDocument, what_allows_more_is_told_to_the_unit) {
  const Policy defaults{.max_credentials = 10, .max_connections = 100};
  const Policy open;
  EXPECT_THAT(loosened(open, {.max_credentials = 10}, defaults), IsEmpty());
  EXPECT_THAT(pointers(loosened(open, {.max_credentials = 11}, defaults)), ElementsAre("/max_credentials"));
  EXPECT_THAT(pointers(loosened({.max_connections = 9}, open, defaults)), ElementsAre("/max_connections"));
  EXPECT_THAT(loosened({.max_connections = 100}, open, defaults), IsEmpty());
  EXPECT_THAT(pointers(loosened({.forbid_front_channel = true}, open, defaults)), ElementsAre("/forbid_front_channel"));
  EXPECT_THAT(loosened(open, {.forbid_password_grant = true}, defaults), IsEmpty());
}

}  // namespace
}  // namespace valetkey::model
