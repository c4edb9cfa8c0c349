#include "oauth/credential_checks.hpp"

#include <gmock/gmock.h>

#include "oauth/server_metadata.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using Outcome = CredentialCheck::Outcome;
using test::EngineRig;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

model::Integration with_issuer() {
  auto integration = EngineRig::plain_integration();
  integration.issuer = "https://sim.example/tenant";
  return integration;
}

class CredentialChecksTest : public testing::Test {
 public:
  EngineRig rig{with_issuer()};

  std::vector<CredentialCheck> checks() {
    auto client = EngineRig::must(test::run(*rig.world, load_client(*rig.context, rig.tenant, rig.credential.id, 1)));
    auto task = [](Context& context, const Client& of) -> ports::Answer<std::vector<CredentialCheck>> {
      co_return co_await check_credential(context, of);
    };
    return EngineRig::must(test::run(*rig.world, task(*rig.context, client)));
  }
  CredentialCheck check(std::string_view name) {
    for (auto& each : checks())
      if (each.name == name) return each;
    return {.name = "absent", .outcome = Outcome::kFailed, .detail = {}};
  }
  /// The three URLs answer, whatever they say; then this is the metadata.
  void script(int status, std::string metadata) {
    for (const int url_status : {200, 405, 500}) rig.provider.script.push_back({.status = url_status});
    rig.provider.script.push_back({.status = status, .body = std::move(metadata)});
  }
};

TEST_F(CredentialChecksTest, any_answer_of_a_url_counts_and_no_secret_is_sent_to_find_out) {
  script(404, "");
  rig.provider.script.push_back({.status = 404});
  const auto all = checks();
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& each : all) names.push_back(each.name);
  EXPECT_THAT(names, ElementsAre("authorization_url", "token_url", "base_uri", "metadata", "client"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].outcome, Outcome::kOk) << names[static_cast<std::size_t>(i)];
  for (const auto& seen : rig.provider.seen) {
    EXPECT_THAT(seen.request.body, IsEmpty());
    for (const auto& [name, value] : seen.request.headers) EXPECT_NE(name, "Authorization");
  }
}

TEST_F(CredentialChecksTest, what_does_not_answer_fails) {
  rig.provider.script = {{.is_not_sent = true}, {.is_lost = true}, {.status = 200}};
  const auto all = checks();
  EXPECT_EQ(all[0].outcome, Outcome::kFailed);
  EXPECT_THAT(all[0].detail, HasSubstr("not reached"));
  EXPECT_EQ(all[1].outcome, Outcome::kFailed);
  EXPECT_EQ(all[2].outcome, Outcome::kOk);
}

TEST_F(CredentialChecksTest, metadata_are_read_where_rfc_8414_says_and_compared) {
  script(200, R"({"issuer":"https://sim.example/tenant","token_endpoint":"https://sim.example/token",
                  "authorization_endpoint":"https://elsewhere.example/authorize","code_challenge_methods_supported":["plain"],
                  "token_endpoint_auth_methods_supported":["client_secret_post"],"grant_types_supported":["password"],
                  "authorization_response_iss_parameter_supported":true})");
  const auto metadata = check("metadata");
  EXPECT_EQ(rig.provider.seen[3].request.url, "https://sim.example/.well-known/oauth-authorization-server/tenant");
  EXPECT_EQ(metadata.outcome, Outcome::kFailed);
  for (const auto* part : {"authorization_endpoint", "S256", "client_secret_basic", "authorization_code", "requires_iss"})
    EXPECT_THAT(metadata.detail, HasSubstr(part));
  EXPECT_THAT(metadata.detail, Not(HasSubstr("token_endpoint is")));
}

TEST_F(CredentialChecksTest, metadata_that_agree_are_ok_and_metadata_of_another_issuer_are_not) {
  script(200, R"({"issuer":"https://sim.example/tenant/","token_endpoint":"https://sim.example/token"})");
  EXPECT_EQ(check("metadata").outcome, Outcome::kFailed);  // a slash more is another issuer
  script(200, R"({"issuer":"https://sim.example/tenant","token_endpoint":"https://sim.example:443/token"})");
  EXPECT_EQ(check("metadata").outcome, Outcome::kOk);
  script(200, R"({"issuer":"https://evil.example"})");
  const auto foreign = check("metadata");
  EXPECT_EQ(foreign.outcome, Outcome::kFailed);
  EXPECT_THAT(foreign.detail, HasSubstr("RFC 8414"));
}

TEST_F(CredentialChecksTest, openid_metadata_are_the_second_place_and_none_are_no_fault) {
  script(404, "");
  rig.provider.script.push_back({.status = 200, .body = "<html>"});
  EXPECT_EQ(check("metadata").outcome, Outcome::kSkipped);
  EXPECT_EQ(rig.provider.seen[4].request.url, "https://sim.example/tenant/.well-known/openid-configuration");
}

TEST_F(CredentialChecksTest, a_client_that_needs_an_end_user_is_not_testable) {
  const auto client = check("client");
  EXPECT_EQ(client.outcome, Outcome::kSkipped);
  EXPECT_THAT(client.detail, HasSubstr("not_testable"));
}

TEST_F(CredentialChecksTest, client_credentials_are_tried_and_their_token_is_thrown_away) {
  rig.add_credential(model::GrantType::kClientCredentials);
  EXPECT_EQ(check("client").outcome, Outcome::kOk);
  EXPECT_EQ(rig.provider.seen.back().parameter("grant_type"), "client_credentials");
  EXPECT_EQ(EngineRig::must(test::run(*rig.world, rig.store->count({.kind = model::Kind::kGrant}))), 0);

  script(404, "");
  rig.provider.script.push_back({.status = 404});
  rig.provider.script.push_back({.status = 401, .body = R"({"error":"invalid_client","error_description":"client-secret is wrong"})"});
  const auto rejected = check("client");
  EXPECT_EQ(rejected.outcome, Outcome::kFailed);
  EXPECT_THAT(rejected.detail, HasSubstr("invalid_client"));
  EXPECT_THAT(rejected.detail, Not(HasSubstr("client-secret")));
}

TEST_F(CredentialChecksTest, nothing_is_exchanged_on_hold) {
  rig.add_credential(model::GrantType::kClientCredentials);
  rig.context->is_on_hold = true;
  EXPECT_EQ(check("client").outcome, Outcome::kSkipped);
  for (const auto& seen : rig.provider.seen) EXPECT_NE(seen.request.method, "POST");
}

TEST(ServerMetadata, urls_of_an_issuer) {
  EXPECT_THAT(metadata_urls("https://a.example"), ElementsAre("https://a.example/.well-known/oauth-authorization-server",
                                                              "https://a.example/.well-known/openid-configuration"));
  EXPECT_THAT(metadata_urls("https://a.example:8443/x/"), ElementsAre("https://a.example:8443/.well-known/oauth-authorization-server/x",
                                                                      "https://a.example:8443/x/.well-known/openid-configuration"));
  EXPECT_THAT(metadata_urls("nothing"), IsEmpty());
}

}  // namespace
}  // namespace valetkey::oauth
