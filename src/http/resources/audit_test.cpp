#include <gmock/gmock.h>

#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using test::credential_body;
using test::custom_integration_body;
using testing::ElementsAre;

class AuditTest : public testing::Test {
 public:
  test::AdminRig rig;
  const std::string tenant = rig.engine.tenant.str();
};

TEST_F(AuditTest, security_s43_every_change_leaves_one_line_and_the_chain_holds) {
  const auto path = "/v1/credentials/" + rig.engine.credential.id.str();
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body()).status, 201);
  ASSERT_EQ(rig.patch("/v1/integrations/acme", R"({"name":"x"})").status, 200);
  ASSERT_EQ(rig.del("/v1/integrations/acme").status, 204);
  ASSERT_EQ(rig.post("/v1/callback-keys", R"({"integration":"sim"})").status, 201);
  const auto made = rig.post("/v1/credentials", credential_body());
  ASSERT_EQ(rig.patch(path, R"({"name":"x"})").status, 200);
  ASSERT_EQ(rig.post(path + "/rotate-secret", R"({"client_secret":"y"})").status, 200);
  ASSERT_EQ(rig.del("/v1/credentials/" + made.text("id")).status, 200);
  const auto key = rig.post("/v1/keys", R"({"name":"k","scopes":["*"]})");
  ASSERT_EQ(rig.del("/v1/keys/" + key.text("id")).status, 204);
  ASSERT_EQ(rig.patch("/v1/policy", R"({"max_credentials":9})").status, 200);
  EXPECT_THAT(
      rig.audited_actions(tenant),
      ElementsAre("integration.created", "integration.changed", "integration.deleted", "callback_key.reserved", "credential.created",
                  "credential.changed", "credential.secret_rotated", "credential.deleted", "key.created", "key.deleted", "policy.changed"));
  std::string previous;
  for (const auto& entry : rig.audit(tenant)) {
    EXPECT_EQ(entry.hash, model::chained_hash(previous, entry)) << entry.action;
    EXPECT_THAT(entry.actor, testing::StartsWith("key_")) << entry.action;
    previous = entry.hash;
  }
}

TEST_F(AuditTest, security_s43_what_fails_leaves_no_line) {
  EXPECT_EQ(rig.post("/v1/credentials", credential_body()).status, 201);
  const auto before = rig.audit(tenant).size();
  EXPECT_EQ(rig.post("/v1/credentials", credential_body()).status, 409);
  rig.engine.is_store_down = true;
  EXPECT_EQ(rig.post("/v1/credentials", credential_body("another")).status, 503);
  rig.engine.is_store_down = false;
  EXPECT_EQ(rig.audit(tenant).size(), before);
  EXPECT_EQ(rig.get("/v1/credentials?name=another").at("data").as_array().size(), 0u);
}

TEST_F(AuditTest, security_s43_no_route_changes_the_log) {
  for (const auto& route : rig.router.routes())
    if (route->path.starts_with("/v1/audit")) EXPECT_EQ(route->method, "GET") << route->path;
  for (const auto* method : {"DELETE", "POST", "PATCH", "PUT"}) EXPECT_EQ(rig.call(method, "/v1/audit", rig.admin).status, 405) << method;
}

TEST_F(AuditTest, pages_in_the_order_it_was_written) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(rig.post("/v1/callback-keys", R"({"integration":"sim"})").status, 201);
  std::vector<std::int64_t> seen;
  std::string target = "/v1/audit?limit=2";
  for (int page = 0; page < 5; ++page) {
    const auto answer = rig.get(target);
    for (const auto& each : answer.at("data").as_array()) seen.push_back(each.at("sequence").as_int64());
    if (answer.at("next").is_null()) break;
    target = "/v1/audit?limit=2&after=" + answer.text("next");
  }
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(rig.get("/v1/audit?after=abc").status, 422);
}

TEST_F(AuditTest, only_who_may_reads_it) {
  EXPECT_EQ(rig.call("GET", "/v1/audit", rig.key(ScopeSet::all().without({Scope::kAuditRead}))).status, 403);
  EXPECT_EQ(rig.call("GET", "/v1/audit", rig.key(ScopeSet::all(), {.credentials = {rig.engine.credential.id.str()}})).status, 403);
}

TEST_F(AuditTest, events_are_filtered_paged_and_read_by_id) {
  const auto first = rig.engine.connect();
  const auto second = rig.engine.connect();
  const auto all = rig.get("/v1/events?type=connection.created");
  ASSERT_EQ(all.at("data").as_array().size(), 2u) << all.raw.body;
  const auto one = rig.get("/v1/events?connection=" + second.id.str());
  ASSERT_EQ(one.at("data").as_array().size(), 1u);
  const auto id = std::string(one.at("data").at(0).at("id").as_string());
  auto whole = rig.get("/v1/events/" + id).body.as_object();
  EXPECT_TRUE(whole.at("request").is_null());
  EXPECT_EQ(whole.at("deliveries"), boost::json::array());
  whole.erase("request");
  whole.erase("deliveries");
  EXPECT_EQ(whole, one.at("data").at(0));
  EXPECT_EQ(rig.call("GET", "/v1/events/" + id, rig.other).status, 404);
  const auto page = rig.get("/v1/events?limit=1");
  EXPECT_EQ(page.at("data").at(0).at("data").at("connection").as_string(), first.id.str());
  EXPECT_EQ(rig.get("/v1/events?limit=1&after=" + page.text("next")).at("data").at(0).at("data").at("connection").as_string(),
            second.id.str());

  const auto limited = rig.key(ScopeSet::all(), {.connections = {second.id.str()}});
  EXPECT_EQ(rig.call("GET", "/v1/events", limited).at("data").as_array().size(), 1u);
  EXPECT_EQ(rig.call("GET", "/v1/events/" + std::string(page.at("data").at(0).at("id").as_string()), limited).status, 404);
}

}  // namespace
}  // namespace valetkey::http
