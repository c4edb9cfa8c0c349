#include <gmock/gmock.h>

#include "http/resources/connect_sessions.hpp"
#include "http/resources/connections.hpp"
#include "http/resources/tokens.hpp"
#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// Another tenant's ids on every route there is: never more than "no such thing", and in the same words as for what exists nowhere.
class IsolationTest : public testing::Test {
 public:
  void SetUp() override {
    add_connect_session_routes(rig.router, world);
    add_connection_routes(rig.router, world);
    add_token_routes(rig.router, world);
    ASSERT_EQ(rig.post("/v1/integrations", test::custom_integration_body("acme")).status, 201);
    connection = rig.engine.connect();
  }

  /// Ids of the engine's tenant that stand in for a route's parameter.
  std::vector<std::string> victims(std::string_view path) {
    if (path.starts_with("/v1/integrations/")) return {"acme"};
    if (path.starts_with("/v1/credentials/")) return {rig.engine.credential.id.str()};
    if (path.starts_with("/v1/keys/")) return {std::string(rig.get("/v1/keys").at("data").at(0).at("id").as_string())};
    if (path.starts_with("/v1/connections/")) return {connection.id.str()};
    if (path.starts_with("/v1/end-users/")) return {connection.end_user.id};
    if (path.starts_with("/v1/events/")) return {std::string(rig.get("/v1/events").at("data").at(0).at("id").as_string())};
    if (path.starts_with("/v1/tenants/")) return {rig.engine.tenant.str()};
    if (path.starts_with("/v1/connect-sessions/")) return {session()};
    if (path.starts_with("/v1/destinations/")) return {destination()};
    if (path.starts_with("/v1/deliveries/")) return {delivery()};
    return {};
  }
  std::string destination() {
    const model::DestinationId id{"dest_1"};
    rig.put(model::Destination{.id = id, .tenant = rig.engine.tenant, .name = "orders", .url = "https://shop.example/hooks"});
    return id.str();
  }
  std::string delivery() {
    const model::DeliveryId id{"dlv_1"};
    rig.put(model::Delivery{.id = id, .tenant = rig.engine.tenant, .destination = model::DestinationId{"dest_1"}});
    return id.str();
  }
  std::string session() {
    const auto id = ports::new_id<model::ConnectSessionId>(rig.engine.clock, rig.engine.random);
    rig.put(model::ConnectSession{.id = id,
                                  .tenant = rig.engine.tenant,
                                  .credential = rig.engine.credential.id,
                                  .token_hash = id.str(),
                                  .expires_at = rig.engine.clock.wall_now() + std::chrono::hours(1)});
    return id.str();
  }
  static std::string with(std::string path, const std::string& id) {
    const auto open = path.find('{');
    if (open == std::string::npos) return path;
    return path.replace(open, path.find('}') - open + 1, id);
  }
  test::AdminRig::Answer call(const Route& route, const std::string& id) {
    const bool has_body = route.method == "POST" || route.method == "PATCH";
    const bool is_forced = route.path.ends_with("/refresh");  // says what its body lacks before it looks for anything
    return rig.call(route.method, with(route.path, id), rig.other, is_forced ? R"({"rejected_generation":1})" : has_body ? "{}" : "");
  }

  test::AdminRig rig;
  oauth::ConnectSessions sessions{*rig.engine.context};
  oauth::AuthorizationFlow flow{*rig.engine.context};
  ReadCounts counts{*rig.engine.store, rig.engine.clock};
  const OauthWorld world{*rig.engine.context, *rig.engine.tokens, *rig.engine.connections, sessions, flow, counts};
  model::Connection connection;
};

TEST_F(IsolationTest, another_tenants_ids_look_like_none_on_every_route) {
  int tried = 0;
  for (const auto& route : rig.router.routes()) {
    if (route->path.find('{') == std::string::npos) continue;
    const auto ids = victims(route->path);
    ASSERT_FALSE(ids.empty()) << "no id for " << route->path << ": teach this test what it is of";
    for (const auto& id : ids) {
      const auto foreign = call(*route, id);
      const auto nothing = call(*route, "nothing");
      const auto place = route->method + " " + route->path + " " + foreign.raw.body;
      EXPECT_THAT(foreign.status, AnyOf(403, 404)) << place;
      EXPECT_EQ(foreign.body, nothing.body) << place;
      EXPECT_EQ(foreign.raw.headers, nothing.raw.headers) << place;
      ++tried;
    }
  }
  EXPECT_GE(tried, 24);
  EXPECT_EQ(rig.get("/v1/connections/" + connection.id.str()).status, 200);
  EXPECT_EQ(rig.get("/v1/integrations/acme").status, 200);
  EXPECT_EQ(rig.get("/v1/credentials/" + rig.engine.credential.id.str()).etag(), "\"1\"");
}

TEST_F(IsolationTest, lists_hold_nothing_of_another_tenant) {
  for (const auto& route : rig.router.routes()) {
    if (route->method != "GET" || route->path.find('{') != std::string::npos) continue;
    const auto answer = rig.call("GET", route->path, rig.other);
    for (const auto& id : {std::string("acme"), rig.engine.credential.id.str(), connection.id.str(), rig.engine.tenant.str()})
      EXPECT_THAT(answer.raw.body, Not(HasSubstr(id))) << route->path;
  }
}

TEST_F(IsolationTest, another_tenants_ids_inside_a_body_look_like_none) {
  const auto credential = rig.engine.credential.id.str();
  const std::tuple<std::string, std::string, std::string> table[] = {
      {"/v1/keys", R"({{"name":"x","scopes":["*"],"limits":{{"credentials":["{}"]}}}})", credential},
      {"/v1/keys", R"({{"name":"x","scopes":["*"],"limits":{{"connections":["{}"]}}}})", connection.id.str()},
      {"/v1/keys", R"({{"name":"x","scopes":["*"],"tenant":"{}"}})", rig.engine.tenant.str()},
      {"/v1/credentials", R"({{"name":"x","integration":"{}","grant_type":"authorization_code","client_id":"i","client_secret":"s"}})",
       "acme"},
      {"/v1/callback-keys", R"({{"integration":"{}"}})", "acme"},
      {"/v1/connections", R"({{"credential":"{}","end_user":{{"id":"u"}}}})", credential},
      {"/v1/connect-sessions", R"({{"credential":"{}","end_user":{{"id":"u"}}}})", credential},
  };
  for (const auto& [target, body, id] : table) {
    const auto foreign = rig.call("POST", target, rig.other, fmt::format(fmt::runtime(body), id));
    const auto nothing = rig.call("POST", target, rig.other, fmt::format(fmt::runtime(body), "nothing"));
    EXPECT_GE(foreign.status, 400) << target << body;
    EXPECT_EQ(foreign.body, nothing.body) << target << body;
  }
}

TEST_F(IsolationTest, every_route_but_the_open_ones_needs_a_key) {
  for (const auto& route : rig.router.routes()) {
    EXPECT_TRUE(route->needs.key || route->needs.installation_key) << route->path;
    EXPECT_EQ(rig.call(route->method, with(route->path, "x"), "vk_nothing").status, 401) << route->path;
  }
}

}  // namespace
}  // namespace valetkey::http
