#include "calls/account_requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_rig.hpp"

namespace valetkey::calls {
namespace {

using model::Code;
using model::ConnectionState;
using ports::AccountCall;
using test::EngineRig;
using test::run;
using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

class RequestsRig : public EngineRig {
 public:
  explicit RequestsRig(model::Integration integration = plain_integration()) : EngineRig(std::move(integration)) {}

  model::Result<ports::HttpResponse> call(const model::Connection& connection, AccountCall asked) {
    AccountRequests requests(*context, *tokens);
    asked.tenant = asked.tenant.empty() ? tenant : asked.tenant;
    asked.connection = connection.id;
    return run(*world, requests.call(std::move(asked)));
  }
  [[nodiscard]] const ports::HttpRequest& sent(std::size_t index) const { return provider.seen.at(index).request; }
};

model::Integration with_urls() {
  auto integration = EngineRig::plain_integration();
  integration.introspection_url = "https://sim.example/introspect";
  integration.userinfo_url = "https://sim.example/userinfo";
  return integration;
}

TEST(AccountRequests, a_call_goes_below_the_base_uri_with_the_token) {
  RequestsRig rig;
  const auto connection = rig.connect();
  rig.provider.script.push_back({.status = 302, .body = "{}", .headers = {{"location", "https://elsewhere.example/"}}});
  const auto response = rig.call(connection, {.method = "POST",
                                              .path = "/users?page=2",
                                              .headers = {{"Authorization", "Basic x"}, {"Cookie", "a=b"}, {"X-Own", "1"}},
                                              .body = "hello"});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 302) << "a redirect is an answer";
  const auto& request = rig.sent(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://sim.example/api/users?page=2");
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(request.tenant, rig.tenant);
  EXPECT_THAT(request.headers, Contains(Pair("x-own", "1")));
  EXPECT_THAT(request.headers, Not(Contains(Key("cookie"))));
  EXPECT_EQ(std::ranges::count(request.headers, "authorization", &std::pair<std::string, std::string>::first), 1);
  EXPECT_THAT(request.headers, Contains(Pair("authorization", testing::StartsWith("Bearer first-access-"))));
}

TEST(AccountRequests, security_s15_no_path_leaves_the_base_uri) {
  RequestsRig rig;
  const auto connection = rig.connect();
  for (const auto* path : {"/../admin", "/%2e%2e/admin", "/a/..;/b", "/a\\..\\b", "/a b", "/%252e%252e/x"}) {
    const auto refused = rig.call(connection, {.path = path});
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, Code::kInvalidInput) << path;
  }
  EXPECT_TRUE(rig.provider.seen.empty());
  ASSERT_TRUE(rig.call(connection, {.path = "//evil.example/x"}));
  EXPECT_EQ(rig.sent(0).url, "https://sim.example/api//evil.example/x");
}

TEST(AccountRequests, an_expired_token_is_renewed_once) {
  RequestsRig rig;
  const auto connection = rig.connect();
  rig.provider.script = {{.status = 401, .body = "{}"}, {}, {.status = 401, .body = "{}"}};
  const auto response = rig.call(connection, {.path = "/me"});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 401) << "a second refusal is the API's answer";
  ASSERT_EQ(rig.provider.seen.size(), 3U);
  EXPECT_EQ(rig.sent(1).url, "https://sim.example/token");
  EXPECT_NE(rig.sent(0).headers, rig.sent(2).headers);
}

TEST(AccountRequests, a_token_given_as_a_value_is_used_and_never_renewed) {
  RequestsRig rig;
  const auto connection = rig.connect(1);
  rig.clock.advance(model::Seconds{100});  // a token read would renew it
  rig.provider.script.push_back({.status = 401, .body = "{}"});
  const auto response = rig.call(connection, {.path = "/me", .access_token = model::Secret("given")});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 401);
  ASSERT_EQ(rig.provider.seen.size(), 1U);
  EXPECT_THAT(rig.sent(0).headers, Contains(Pair("authorization", "Bearer given")));
}

TEST(AccountRequests, the_state_of_the_connection_is_obeyed_with_a_value_too) {
  RequestsRig rig;
  auto connection = rig.connect();
  connection.state = ConnectionState::kAwaitingConfirmation;
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(connection)}})));
  EXPECT_EQ(rig.call(connection, {.path = "/me"}).error().code, Code::kAwaitingConfirmation);
  EXPECT_EQ(rig.call(connection, {.path = "/me", .access_token = model::Secret("given")}).error().code, Code::kAwaitingConfirmation);
  AccountCall foreign{.tenant = model::TenantId{"ten_other"}, .path = "/me", .access_token = model::Secret("given")};
  EXPECT_EQ(rig.call(connection, std::move(foreign)).error().code, Code::kNotFound);
  EXPECT_TRUE(rig.provider.seen.empty());
}

TEST(AccountRequests, a_connection_that_is_being_made_is_called_before_it_is_stored) {
  RequestsRig rig;
  const model::Connection unstored{.id = model::ConnectionId{"conn_unstored"}};
  rig.provider.script.push_back({.status = 200, .body = "{}"});
  AccountCall call{.path = "/me", .access_token = model::Secret("new")};
  call.connecting = ports::Connecting{.credential = rig.credential.id, .endpoint_set = 1, .fields = {}};
  const auto response = rig.call(unstored, std::move(call));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(rig.sent(0).url, "https://sim.example/api/me");
}

TEST(AccountRequests, introspection_is_a_form_with_the_clients_proof) {
  RequestsRig rig(with_urls());
  const auto connection = rig.connect();
  rig.provider.script.push_back({.status = 401, .body = R"({"error":"invalid_client"})"});
  const auto response = rig.call(connection, {.to = AccountCall::To::kIntrospection, .access_token = model::Secret("the-token")});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 401) << "it is the client that is refused";
  ASSERT_EQ(rig.provider.seen.size(), 1U);
  EXPECT_EQ(rig.sent(0).method, "POST");
  EXPECT_EQ(rig.sent(0).url, "https://sim.example/introspect");
  EXPECT_EQ(rig.provider.seen[0].parameter("token"), "the-token");
  EXPECT_EQ(rig.provider.seen[0].parameter("token_type_hint"), "access_token");
  EXPECT_THAT(rig.sent(0).headers, Contains(Pair("Authorization", testing::StartsWith("Basic "))));
}

TEST(AccountRequests, userinfo_is_asked_with_the_token_and_what_is_not_declared_is_not_supported) {
  RequestsRig rig(with_urls());
  const auto connection = rig.connect();
  rig.provider.script.push_back({.status = 200, .body = "{}"});
  ASSERT_TRUE(rig.call(connection, {.to = AccountCall::To::kUserinfo}));
  EXPECT_EQ(rig.sent(0).url, "https://sim.example/userinfo");
  RequestsRig plain;
  const auto other = plain.connect();
  EXPECT_EQ(plain.call(other, {.to = AccountCall::To::kUserinfo}).error().code, Code::kNotSupported);
  EXPECT_EQ(plain.call(other, {.to = AccountCall::To::kIntrospection}).error().code, Code::kNotSupported);
}

}  // namespace
}  // namespace valetkey::calls
