#include <gmock/gmock.h>

#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using test::custom_integration_body;
using testing::ElementsAre;
using testing::HasSubstr;

class IntegrationsTest : public testing::Test {
 public:
  test::AdminRig rig;

  std::vector<std::string> slugs(const std::string& key) {
    std::vector<std::string> out;
    std::string target = "/v1/integrations?limit=1";
    for (int page = 0; page < 10; ++page) {
      const auto answer = rig.call("GET", target, key);
      for (const auto& each : answer.at("data").as_array()) out.emplace_back(each.at("slug").as_string());
      if (answer.at("next").is_null()) break;
      target = "/v1/integrations?limit=1&after=" + answer.text("next");
    }
    return out;
  }
};

TEST_F(IntegrationsTest, the_catalogue_and_the_tenants_own_are_one_list) {
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body("acme")).status, 201);
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body("zeta")).status, 201);
  EXPECT_THAT(slugs(rig.admin), ElementsAre("acme", "custom", "sim", "zeta"));
  EXPECT_THAT(slugs(rig.other), ElementsAre("custom", "sim"));
}

TEST_F(IntegrationsTest, a_slug_is_unique_per_tenant_and_never_one_of_the_catalogue) {
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body("acme")).status, 201);
  ASSERT_EQ(rig.call("POST", "/v1/integrations", rig.other, custom_integration_body("acme")).status, 201);
  for (const auto* slug : {"acme", "sim", "custom"}) {
    const auto refused = rig.post("/v1/integrations", custom_integration_body(slug));
    EXPECT_EQ(refused.status, 409) << slug;
    EXPECT_THAT(refused.pointers(), ElementsAre("/slug")) << slug;
  }
}

TEST_F(IntegrationsTest, every_fault_of_a_document_is_told) {
  const auto answer =
      rig.post("/v1/integrations", R"({"slug":"Bad Slug","name":"x","token_url":"ftp://x","colour":1,"placeholders":[{"name":"a"}]})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.pointers(), testing::IsSupersetOf({"/slug", "/token_url", "/colour", "/placeholders/0/filled_by"}));
}

TEST_F(IntegrationsTest, a_change_replaces_the_members_given) {
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body("acme", R"(,"description":"old")")).status, 201);
  const auto first = rig.get("/v1/integrations/acme").etag();
  const auto changed = rig.patch("/v1/integrations/acme", R"({"name":"Acme 2","description":null})", {{"if-match", first}});
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_EQ(changed.text("name"), "Acme 2");
  EXPECT_EQ(changed.body.as_object().if_contains("description"), nullptr);
  EXPECT_EQ(changed.text("token_url"), "https://acme.example/token");
  EXPECT_EQ(rig.patch("/v1/integrations/acme", R"({"name":"late"})", {{"if-match", first}}).status, 412);
  EXPECT_THAT(rig.patch("/v1/integrations/acme", R"({"slug":"other"})").pointers(), ElementsAre("/slug"));
  EXPECT_THAT(rig.patch("/v1/integrations/acme", R"({"name":null})").pointers(), ElementsAre("/name"));
}

TEST_F(IntegrationsTest, the_catalogue_is_read_only_and_says_so) {
  for (const auto* method : {"PATCH", "DELETE"}) {
    const auto refused = rig.call(method, "/v1/integrations/sim", rig.admin, "{}");
    EXPECT_EQ(refused.status, 409) << method;
    EXPECT_THAT(refused.text("detail"), HasSubstr("catalogue"));
  }
}

TEST_F(IntegrationsTest, one_that_is_used_is_not_deleted) {
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body("acme")).status, 201);
  const auto made =
      rig.post("/v1/credentials",
               R"({"name":"a","integration":"acme","grant_type":"authorization_code","client_id":"id","client_secret":"secret"})");
  ASSERT_EQ(made.status, 201);
  const auto refused = rig.del("/v1/integrations/acme");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.text("detail"), HasSubstr(made.text("id")));
  ASSERT_EQ(rig.del("/v1/credentials/" + made.text("id")).status, 200);
  EXPECT_EQ(rig.del("/v1/integrations/acme").status, 204);
  EXPECT_EQ(rig.get("/v1/integrations/acme").status, 404);
}

TEST_F(IntegrationsTest, the_quota_holds) {
  rig.engine.context->quotas.integrations = 1;
  EXPECT_EQ(rig.post("/v1/integrations", custom_integration_body("acme")).status, 201);
  EXPECT_EQ(rig.post("/v1/integrations", custom_integration_body("zeta")).code(), "quota_exceeded");
}

TEST_F(IntegrationsTest, a_limited_key_changes_nothing_that_others_use) {
  const auto limited = rig.key(ScopeSet::all(), {.credentials = {rig.engine.credential.id.str()}});
  ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body("acme")).status, 201);
  EXPECT_EQ(rig.call("POST", "/v1/integrations", limited, custom_integration_body("zeta")).status, 403);
  EXPECT_EQ(rig.call("PATCH", "/v1/integrations/acme", limited, R"({"name":"x"})").status, 403);
  EXPECT_EQ(rig.call("DELETE", "/v1/integrations/acme", limited).status, 403);
  EXPECT_EQ(rig.call("GET", "/v1/integrations/acme", limited).status, 200);
}

}  // namespace
}  // namespace valetkey::http
