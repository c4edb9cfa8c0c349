#include "oauth/app_user.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/engine_rig.hpp"
#include "support/simulated_services.hpp"

namespace valetkey::oauth {
namespace {

using test::EngineRig;
using test::run;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

class MapperRig : public EngineRig {
 public:
  explicit MapperRig(model::Integration integration = plain_integration(), bool has_mapper = true) : EngineRig(std::move(integration)) {
    std::map<std::string, std::string> named;
    if (has_mapper) named["user_id_mapper"] = "preset/sim";
    add_credential(model::GrantType::kAuthorizationCode, {}, named);
    context->services = &services;
    connection.tenant = tenant;
    connection.credential = credential.id;
    connection.account = "acct";
    answer.access_token = model::Secret("the-token");
    answer.extra = model::Secret(R"({"team":{"id":"T1","access_token":"hidden-1"},"users":[{"refresh_token":"hidden-2","id":7}]})");
  }
  std::string mapped() {
    const auto client = must(run(*world, load_client(*context, tenant, credential.id, 1)));
    boost::asio::io_context other;
    const NewAccount account{.connection = connection, .fields = fields, .answer = answer, .id_claims = claims};
    return run(other, app_user_id_of(*context, client, account));
  }

  test::SimulatedServices services{provider};
  model::Connection connection;
  std::map<std::string, std::string> fields;
  boost::json::object claims{{"sub", "subject"}};
  TokenAnswer answer;
};

TEST(AppUser, the_mapper_learns_what_the_provider_said_and_no_token) {
  MapperRig rig;
  EXPECT_EQ(rig.mapped(), "user-1");
  ASSERT_EQ(rig.services.accounts.size(), 1U);
  const auto& told = rig.services.accounts[0];
  const auto response = boost::json::serialize(told.token_response);
  EXPECT_THAT(response, HasSubstr(R"("id":"T1")"));
  EXPECT_THAT(response, Not(HasSubstr("hidden")));
  EXPECT_THAT(response, Not(HasSubstr("the-token")));
  EXPECT_EQ(told.id_token.at("sub"), "subject");
  EXPECT_EQ(told.account, "acct");
}

TEST(AppUser, security_s28_form_and_callback_values_never_reach_the_mapper) {
  auto integration = EngineRig::plain_integration();
  integration.account = {.from = model::AccountSource::From::kCallback, .path = "realm"};
  const std::pair<std::string, model::FilledBy> placeholders[] = {{"typed", model::FilledBy::kEndUser},
                                                                  {"called", model::FilledBy::kCallback},
                                                                  {"answered", model::FilledBy::kTokenResponse},
                                                                  {"looked", model::FilledBy::kLookup},
                                                                  {"both", model::FilledBy::kTokenResponse}};
  for (const auto& [name, by] : placeholders) integration.placeholders.push_back({.name = name, .filled_by = by});
  integration.capture.callback["both"] = "both";
  integration.capture.token_response["undeclared"] = "x";
  MapperRig rig(integration);
  for (const auto* name : {"typed", "called", "answered", "looked", "both", "undeclared", "unknown"}) rig.fields[name] = name;
  EXPECT_EQ(rig.mapped(), "user-1");
  ASSERT_EQ(rig.services.accounts.size(), 1U);
  EXPECT_THAT(rig.services.accounts[0].fields,
              UnorderedElementsAre(Pair("answered", "answered"), Pair("looked", "looked"), Pair("undeclared", "undeclared")));
  EXPECT_EQ(rig.services.accounts[0].account, "") << "the callback named it, and nothing proved it yet";
  EXPECT_EQ(rig.services.accounts[0].connecting.fields.size(), 7U) << "its calls still need them";
}

TEST(AppUser, without_a_mapper_it_is_the_account_unless_a_callback_named_that) {
  MapperRig plain(EngineRig::plain_integration(), false);
  EXPECT_EQ(plain.mapped(), "acct");
  auto integration = EngineRig::plain_integration();
  integration.account = {.from = model::AccountSource::From::kCallback, .path = "realm"};
  MapperRig unproven(integration, false);
  EXPECT_EQ(unproven.mapped(), "");
  unproven.connection.app_user_id = "proven-before";
  EXPECT_EQ(unproven.mapped(), "proven-before");
}

TEST(AppUser, a_mapper_that_fails_or_finds_nothing_costs_no_connection) {
  MapperRig rig;
  rig.connection.app_user_id = "earlier";
  rig.services.mapper_fails = true;
  EXPECT_EQ(rig.mapped(), "earlier");
  rig.services.mapper_fails = false;
  rig.services.user = "";
  EXPECT_EQ(rig.mapped(), "earlier");
}

}  // namespace
}  // namespace valetkey::oauth
