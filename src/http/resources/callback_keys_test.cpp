#include <gmock/gmock.h>

#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using test::credential_body;
using test::custom_integration_body;
using testing::ElementsAre;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr std::string_view kShared = "https://broker.example/oauth/callback/";

/// Attacks on the callback: an answer that was asked for by one authorisation server must not be redeemed at another (S2).
class CallbackKeysTest : public testing::Test {
 public:
  test::AdminRig rig;

  test::AdminRig::Answer reserve(std::string_view integration, const std::string& key) {
    return rig.call("POST", "/v1/callback-keys", key, fmt::format(R"({{"integration":"{}"}})", integration));
  }
  std::string acme_body(std::string_view name, std::string_view more = "") {
    return fmt::format(
        R"({{"name":"{}","integration":"acme","grant_type":"authorization_code","client_id":"id","client_secret":"secret"{}}})", name,
        more);
  }
  void make_acme() { ASSERT_EQ(rig.post("/v1/integrations", custom_integration_body()).status, 201); }
};

TEST_F(CallbackKeysTest, security_s02_a_key_has_128_bits_and_is_known_before_its_credential) {
  make_acme();
  const auto reserved = reserve("acme", rig.admin);
  ASSERT_EQ(reserved.status, 201) << reserved.raw.body;
  EXPECT_THAT(reserved.text("callback_key"), MatchesRegex("[A-Za-z0-9_-]{22}"));
  EXPECT_EQ(reserved.text("redirect_uri"), std::string(kShared) + "acme/" + reserved.text("callback_key"));
  const auto made = rig.post("/v1/credentials", acme_body("a", fmt::format(R"(,"redirect_uri":"{}")", reserved.text("redirect_uri"))));
  ASSERT_EQ(made.status, 201) << made.raw.body;
  EXPECT_EQ(made.text("authentication_url"), reserved.text("redirect_uri"));
  EXPECT_EQ(rig.load<model::CallbackKey>(reserved.text("callback_key")).credential, made.text("id"));
}

TEST_F(CallbackKeysTest, security_s02_a_custom_integration_never_uses_the_shared_callback) {
  make_acme();
  const auto made = rig.post("/v1/credentials", acme_body("a"));
  ASSERT_EQ(made.status, 201);
  EXPECT_THAT(made.text("authentication_url"), MatchesRegex(std::string(kShared) + "acme/[A-Za-z0-9_-]{22}"));
  const auto refused = rig.post("/v1/credentials", acme_body("b", R"(,"redirect_uri":"https://broker.example/oauth/callback/acme")"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.pointers(), ElementsAre("/redirect_uri"));
}

TEST_F(CallbackKeysTest, security_s02_overridden_endpoints_leave_the_shared_callback) {
  EXPECT_EQ(rig.post("/v1/credentials", credential_body("plain")).text("authentication_url"), std::string(kShared) + "sim");
  for (const auto* member : {"authorization_url", "token_url", "issuer"}) {
    const auto made = rig.post("/v1/credentials", credential_body(member, fmt::format(R"(,"{}":"https://evil.example/relay")", member)));
    ASSERT_EQ(made.status, 201) << made.raw.body;
    EXPECT_THAT(made.text("authentication_url"), StartsWith(std::string(kShared) + "sim/")) << member;
  }
  // Also when it is changed later.
  const auto path = "/v1/credentials/" + rig.engine.credential.id.str();
  const auto changed = rig.patch(path, R"({"authorization_url":"https://evil.example/relay","client_secret":"again"})");
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_THAT(changed.text("authentication_url"), StartsWith(std::string(kShared) + "sim/"));
}

TEST_F(CallbackKeysTest, security_s02_a_key_serves_one_credential_of_its_tenant_and_integration) {
  make_acme();
  ASSERT_EQ(rig.call("POST", "/v1/integrations", rig.other, custom_integration_body()).status, 201);
  const auto mine = reserve("acme", rig.admin).text("callback_key");
  const auto foreign = reserve("acme", rig.other).text("callback_key");
  const auto elsewhere = reserve("sim", rig.admin).text("callback_key");
  const auto with_key = [&](std::string_view name, const std::string& key) {
    return rig.post("/v1/credentials", acme_body(name, fmt::format(R"(,"callback_key":"{}")", key)));
  };
  ASSERT_EQ(with_key("a", mine).status, 201);
  for (const auto& [name, key] : {std::pair{"taken", mine}, {"another tenant's", foreign}, {"of another integration", elsewhere}}) {
    const auto refused = with_key(name, key);
    EXPECT_EQ(refused.status, 422) << name;
    EXPECT_THAT(refused.pointers(), ElementsAre("/callback_key")) << name;
  }
  const auto by_uri = rig.post("/v1/credentials", acme_body("d", fmt::format(R"(,"redirect_uri":"{}acme/{}")", kShared, foreign)));
  EXPECT_THAT(by_uri.pointers(), ElementsAre("/redirect_uri"));
  EXPECT_TRUE(rig.load<model::CallbackKey>(foreign).credential.empty());
}

TEST_F(CallbackKeysTest, a_deleted_credential_takes_its_key_along) {
  make_acme();
  const auto key = reserve("acme", rig.admin).text("callback_key");
  const auto made = rig.post("/v1/credentials", acme_body("a", fmt::format(R"(,"callback_key":"{}")", key)));
  ASSERT_EQ(rig.del("/v1/credentials/" + made.text("id")).status, 200);
  EXPECT_EQ(rig.count(model::Kind::kCallbackKey), 0);
}

TEST_F(CallbackKeysTest, unknown_integrations_and_full_quotas_are_told) {
  EXPECT_THAT(reserve("nobody", rig.admin).pointers(), ElementsAre("/integration"));
  EXPECT_THAT(rig.post("/v1/callback-keys", "{}").pointers(), ElementsAre("/integration"));
  rig.engine.context->quotas.callback_keys = 1;
  EXPECT_EQ(reserve("sim", rig.admin).status, 201);
  EXPECT_EQ(reserve("sim", rig.admin).code(), "quota_exceeded");
}

}  // namespace
}  // namespace valetkey::http
