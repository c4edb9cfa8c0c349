#include <gtest/gtest.h>

#include "oauth/tokens.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using test::EngineRig;

std::optional<Access> now(EngineRig& rig, const model::Connection& connection, const Need& need = {}, const Permission& permission = {}) {
  return rig.tokens->token_now(rig.tenant, connection.id, need, permission);
}

TEST(TokenNow, answers_what_a_read_answered_and_nothing_before_it) {
  EngineRig rig;
  const auto connection = rig.connect();
  EXPECT_FALSE(now(rig, connection));
  const auto read = rig.read(connection);
  const auto access = now(rig, connection);
  ASSERT_TRUE(read && access);
  EXPECT_EQ(access->token.access_token, read->access_token);
  EXPECT_EQ(access->token.generation, read->generation);
  EXPECT_EQ(access->token.expires_at, read->expires_at);
  EXPECT_EQ(access->token.scopes, read->scopes);
  EXPECT_EQ(access->connection->id, connection.id);
}

TEST(TokenNow, security_s17_what_is_not_permitted_or_of_another_tenant_is_not_answered) {
  EngineRig rig;
  const auto connection = rig.connect();
  ASSERT_TRUE(rig.read(connection));
  ASSERT_TRUE(now(rig, connection));
  EXPECT_FALSE(rig.tokens->token_now(model::TenantId{"ten_other"}, connection.id, {}, {}));
  EXPECT_FALSE(now(rig, connection, {}, [](const model::Connection&) { return false; }));
  EXPECT_TRUE(now(rig, connection, {}, [&](const model::Connection& asked) { return asked.id == connection.id; }));
}

TEST(TokenNow, leaves_what_takes_a_refresh_to_the_read) {
  EngineRig rig;
  const auto connection = rig.connect(3600);
  ASSERT_TRUE(rig.read(connection));
  EXPECT_FALSE(now(rig, connection, {.rejected_generation = 1}));
  EXPECT_FALSE(now(rig, connection, {.name = "unknown"}));
  rig.clock.advance(std::chrono::seconds{3599});
  EXPECT_FALSE(now(rig, connection)) << "it is due";
  rig.clock.advance(std::chrono::seconds{1});
  EXPECT_FALSE(now(rig, connection)) << "it has expired";
}

TEST(TokenNow, never_answers_a_generation_that_was_renewed) {
  EngineRig rig;
  const auto connection = rig.connect();
  ASSERT_TRUE(rig.read(connection));
  ASSERT_TRUE(rig.force(connection, 1));
  if (const auto access = now(rig, connection)) EXPECT_EQ(access->token.generation, 2);
  ASSERT_TRUE(rig.read(connection));
  const auto access = now(rig, connection);
  ASSERT_TRUE(access);
  EXPECT_EQ(access->token.generation, 2);
}

}  // namespace
}  // namespace valetkey::oauth
