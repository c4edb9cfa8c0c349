#include "cli/difference.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace valetkey::cli {
namespace {

namespace json = boost::json;

json::object object(std::string_view text) { return json::parse(text).as_object(); }

struct Case {
  std::string_view name;
  std::string_view wanted;
  std::string_view current;
  std::string_view differs;  ///< the members that are sent
};

class CredentialDifference : public testing::TestWithParam<Case> {};

TEST_P(CredentialDifference, sends_only_what_differs) {
  const auto& [name, wanted, current, differs] = GetParam();
  EXPECT_EQ(credential_difference(object(wanted), object(current)), object(differs));
}

constexpr Case kCredentials[] = {
    {"same_text", R"({"client_id":"a"})", R"({"client_id":"a"})", "{}"},
    {"other_text", R"({"client_id":"b"})", R"({"client_id":"a"})", R"({"client_id":"b"})"},
    {"what_is_not_named_is_left_alone", "{}", R"({"client_id":"a"})", "{}"},
    {"same_list", R"({"scopes":["a","b"]})", R"({"scopes":["a","b"]})", "{}"},
    {"other_order_is_another_list", R"({"scopes":["b","a"]})", R"({"scopes":["a","b"]})", R"({"scopes":["b","a"]})"},
    {"shorter_list", R"({"scopes":["a"]})", R"({"scopes":["a","b"]})", R"({"scopes":["a"]})"},
    {"null_where_the_operator_set_nothing", R"({"token_url":null})", R"({"token_url":"https://a","origins":{"token_url":"integration"}})",
     "{}"},
    {"null_where_the_operator_set_something", R"({"token_url":null})", R"({"token_url":"https://a","origins":{"token_url":"operator"}})",
     R"({"token_url":null})"},
    {"null_of_a_member_without_origin", R"({"description":null})", R"({"description":""})", "{}"},
    {"parameters_are_compared_whole", R"({"token_params":{"a":"1"}})", R"({"token_params":{"a":"1","b":"2"}})",
     R"({"token_params":{"a":"1"}})"},
    {"placeholders_by_their_members", R"({"placeholders":{"a":"1"}})", R"({"placeholders":{"a":"1","b":"2"}})", "{}"},
    {"another_placeholder", R"({"placeholders":{"a":"2"}})", R"({"placeholders":{"a":"1"}})", R"({"placeholders":{"a":"2"}})"},
    {"a_service_that_is_off", R"({"config_services":{"webhook_parser":null}})", R"({"config_services":{"webhook_parser":null}})", "{}"},
    {"numbers_of_any_kind", R"({"rotation_grace":5})", R"({"rotation_grace":5})", "{}"},
    {"unknown_members_are_sent", R"({"colour":"red"})", "{}", R"({"colour":"red"})"},
};
INSTANTIATE_TEST_SUITE_P(Rows, CredentialDifference, testing::ValuesIn(kCredentials),
                         [](const auto& row) { return std::string(row.param.name); });

constexpr std::string_view kAcme =
    R"({"slug":"acme","name":"Acme","grant_types":["authorization_code"],"authorization_url":"https://acme.example/a",
  "token_url":"https://acme.example/t","base_uri":"https://acme.example/api","custom":true})";

TEST(IntegrationDifference, what_is_default_anyway_differs_from_nothing) {
  EXPECT_EQ(integration_difference(object(R"({"slug":"acme","name":"Acme","pkce":true,"scope_separator":" "})"), object(kAcme)),
            json::object{});
}

TEST(IntegrationDifference, sends_only_what_differs) {
  EXPECT_EQ(integration_difference(object(R"({"name":"Acme 2","pkce":false,"token_url":"https://acme.example/t"})"), object(kAcme)),
            object(R"({"name":"Acme 2","pkce":false})"));
}

TEST(IntegrationDifference, what_is_wrong_is_sent_for_the_broker_to_tell) {
  EXPECT_EQ(integration_difference(object(R"({"colour":"red"})"), object(kAcme)), object(R"({"colour":"red"})"));
}

TEST(PolicyDifference, null_of_a_flag_is_false) {
  const auto current = object(R"({"forbid_password_grant":false,"max_connections":null})");
  EXPECT_EQ(policy_difference(object(R"({"forbid_password_grant":null,"max_connections":null})"), current), json::object{});
  EXPECT_EQ(policy_difference(object(R"({"forbid_password_grant":true,"max_connections":3})"), current),
            object(R"({"forbid_password_grant":true,"max_connections":3})"));
}

}  // namespace
}  // namespace valetkey::cli
