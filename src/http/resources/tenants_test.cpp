#include <gmock/gmock.h>

#include "support/admin_rig.hpp"
#include "vault/places.hpp"

namespace valetkey::http {
namespace {

using test::credential_body;
using testing::ElementsAre;
using testing::IsEmpty;

class TenantsTest : public testing::Test {
 public:
  test::AdminRig rig;

  test::AdminRig::Answer as_operator(std::string_view method, std::string target, std::string body = {}) {
    return rig.call(method, std::move(target), rig.installation, std::move(body));
  }
};

TEST_F(TenantsTest, a_tenant_begins_with_its_first_admin_key) {
  const auto made = as_operator("POST", "/v1/tenants", R"({"name":"Acme","policy":{"max_credentials":1}})");
  ASSERT_EQ(made.status, 201) << made.raw.body;
  const auto key = as_operator("POST", "/v1/keys", fmt::format(R"({{"name":"admin","scopes":["*"],"tenant":"{}"}})", made.text("id")));
  ASSERT_EQ(key.status, 201) << key.raw.body;
  EXPECT_EQ(rig.call("POST", "/v1/credentials", key.text("key"), credential_body("one")).status, 201);
  EXPECT_EQ(rig.call("POST", "/v1/credentials", key.text("key"), credential_body("two")).code(), "quota_exceeded");
  EXPECT_THAT(rig.audited_actions(""), ElementsAre("tenant.created"));
  EXPECT_THAT(rig.audited_actions(made.text("id")), ElementsAre("key.created", "credential.created"));
  EXPECT_EQ(as_operator("GET", "/v1/audit").at("data").as_array().size(), 1u);
}

TEST_F(TenantsTest, tenants_are_for_installation_keys) {
  for (const auto& [method, target] : {std::pair{"GET", "/v1/tenants"},
                                       {"POST", "/v1/tenants"},
                                       {"GET", "/v1/tenants/ten_test"},
                                       {"PATCH", "/v1/tenants/ten_test"},
                                       {"DELETE", "/v1/tenants/ten_test"}})
    EXPECT_EQ(rig.call(method, target, rig.admin).status, 403) << method << target;
}

TEST_F(TenantsTest, deleting_a_tenant_leaves_nothing_of_it_but_a_line_of_the_installation) {
  rig.engine.connect();
  ASSERT_EQ(rig.post("/v1/credentials", credential_body()).status, 201);
  ASSERT_EQ(rig.call("POST", "/v1/credentials", rig.other, credential_body()).status, 201);
  const auto id = rig.engine.tenant.str();
  ASSERT_EQ(as_operator("DELETE", "/v1/tenants/" + id).status, 204);
  for (std::size_t kind = 0; kind < model::kKindCount; ++kind) EXPECT_EQ(rig.count(static_cast<model::Kind>(kind)), 0) << kind;
  EXPECT_THAT(rig.engine.event_types(), IsEmpty());
  EXPECT_THAT(rig.audit(id), IsEmpty());
  EXPECT_THAT(rig.audited_actions(""), ElementsAre("tenant.deleted"));
  EXPECT_THAT(rig.audit("")[0].target, id);
  rig.engine.clock.advance(model::Seconds{2});
  EXPECT_EQ(rig.get("/v1/policy").status, 401);
  EXPECT_EQ(rig.call("GET", "/v1/credentials", rig.other).at("data").as_array().size(), 1u);
  EXPECT_EQ(as_operator("DELETE", "/v1/tenants/" + id).status, 404);
}

TEST_F(TenantsTest, what_was_sealed_for_a_deleted_tenant_opens_no_more) {
  const auto set = rig.load<model::EndpointSet>(model::endpoint_set_id(rig.engine.credential.id, 1));
  ASSERT_EQ(as_operator("DELETE", "/v1/tenants/" + rig.engine.tenant.str()).status, 204);
  const auto opened =
      test::run(*rig.engine.world, rig.engine.keys->open(vault::client_secret_place(set, set.secrets[0].set_at), set.secrets[0].sealed));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, model::Code::kKeyUnavailable);
}

TEST_F(TenantsTest, the_default_tenant_stays) { EXPECT_EQ(as_operator("DELETE", "/v1/tenants/ten_default").status, 409); }

TEST_F(TenantsTest, bad_members_are_told_with_their_pointers) {
  EXPECT_THAT(as_operator("POST", "/v1/tenants", "{}").pointers(), ElementsAre("/name"));
  EXPECT_THAT(as_operator("POST", "/v1/tenants", R"({"name":"x","policy":{"max_connections":-1,"colour":1}})").pointers(),
              ElementsAre("/policy/max_connections", "/policy/colour"));
}

TEST_F(TenantsTest, a_tenant_tightens_its_policy_and_the_operator_loosens_it) {
  const auto policy = [&](std::string body) { return rig.patch("/v1/policy", std::move(body)); };
  ASSERT_EQ(policy(R"({"forbid_password_grant":true,"max_connections":10})").status, 200);
  EXPECT_THAT(policy(R"({"forbid_password_grant":false})").pointers(), ElementsAre("/forbid_password_grant"));
  EXPECT_THAT(policy(R"({"max_connections":11})").pointers(), ElementsAre("/max_connections"));
  EXPECT_EQ(policy(R"({"max_connections":null})").status, 403);
  EXPECT_EQ(policy(R"({"max_credentials":1001})").status, 403);
  EXPECT_EQ(policy(R"({"max_connections":9})").status, 200);
  const auto read = rig.get("/v1/policy");
  EXPECT_EQ(read.at("max_connections").as_int64(), 9);
  EXPECT_EQ(read.body.at("effective").at("max_credentials").as_int64(), 1000);

  const auto target = "/v1/tenants/" + rig.engine.tenant.str();
  ASSERT_EQ(as_operator("PATCH", target, R"({"policy":{"forbid_password_grant":false,"max_connections":null}})").status, 200);
  EXPECT_FALSE(rig.get("/v1/policy").at("forbid_password_grant").as_bool());
  EXPECT_TRUE(rig.get("/v1/policy").at("max_connections").is_null());
}

}  // namespace
}  // namespace valetkey::http
