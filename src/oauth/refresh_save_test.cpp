// DESIGN 5.3 and 5.8: nothing that was rotated is lost, and a copy spends nothing.
#include <gtest/gtest.h>

#include "oauth/refresh_save.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using namespace std::chrono_literals;
using test::EngineRig;
using test::run;

/// A refresh whose answer arrives while the store is down; the waiter has been told.
struct StoreGoneScene {
  StoreGoneScene() {
    rig.clock.advance(3601s);
    rig.provider.script.push_back({.delay = 5s});
    read = rig.start_read(connection);
    rig.until([&] { return rig.provider.token_requests() == 1; });
    rig.is_store_down = true;
    rig.pass(6s);
    rig.until([&] { return read->has_value(); });
  }
  EngineRig rig;
  model::Connection connection = rig.connect();
  std::shared_ptr<std::optional<model::Result<LiveToken>>> read;
};

TEST(RefreshSave, refresh_5_3_while_the_store_is_down_the_guard_stays_and_saving_goes_on) {
  StoreGoneScene scene;
  auto& rig = scene.rig;
  ASSERT_FALSE(scene.read->value());
  EXPECT_EQ(model::facts((*scene.read)->error().code).status, 503) << "nobody is told before it is saved";
  EXPECT_EQ(rig.refresher->running(), 1U) << "the guard stays, drain waits for it";
  EXPECT_EQ(EngineRig::must(run(*rig.world, rig.rescue->all())).size(), 1U);
  rig.is_store_down = false;
  for (int second = 0; second < 30 && rig.refresher->running() > 0; ++second) rig.pass(1s);
  EXPECT_EQ(rig.refresher->running(), 0U);
  const auto token = rig.read(scene.connection);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->generation, 2);
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  EXPECT_TRUE(EngineRig::must(run(*rig.world, rig.rescue->all())).empty());
}

TEST(RefreshSave, refresh_5_3_the_rescue_record_survives_a_crash_and_is_sealed) {
  StoreGoneScene scene;
  auto& rig = scene.rig;
  const auto kept = EngineRig::must(run(*rig.world, rig.rescue->all()));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.front().second.find("refresh-"), std::string::npos);
  rig.is_store_down = false;
  rig.restart();
  EXPECT_EQ(EngineRig::must(run(*rig.world, recover_rescued(*rig.context))), 1);
  EXPECT_EQ(rig.grant_of(scene.connection).generation, 2);
  EXPECT_TRUE(EngineRig::must(run(*rig.world, rig.rescue->all())).empty());
  EXPECT_TRUE(rig.force(scene.connection, 2)) << "the lease of the former life ended with its token saved";
  rig.clock.advance(3601s);
  EXPECT_TRUE(rig.read(scene.connection)) << "the rotated token was the only copy";
  EXPECT_EQ(rig.provider.reused_after_rotation, 0);
}

TEST(RefreshSave, refresh_5_3_an_obsolete_rescue_record_changes_nothing) {
  StoreGoneScene scene;
  auto& rig = scene.rig;
  rig.is_store_down = false;
  rig.restart();
  auto newer = rig.grant_of(scene.connection);
  newer.generation = 7;
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(newer)}})));
  EXPECT_EQ(EngineRig::must(run(*rig.world, recover_rescued(*rig.context))), 0);
  EXPECT_EQ(rig.grant_of(scene.connection).generation, 7);
  EXPECT_TRUE(EngineRig::must(run(*rig.world, rig.rescue->all())).empty());
}

TEST(RefreshSave, refresh_rule_19_a_copy_on_hold_spends_nothing) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.context->is_on_hold = true;
  EXPECT_TRUE(rig.read(connection)) << "it serves what lives";
  rig.clock.advance(3601s);
  EXPECT_EQ(rig.read(connection).error().code, Code::kHold);
  EXPECT_EQ(EngineRig::must(run(*rig.world, rig.background->refresh_due())), 0);
  EXPECT_EQ(rig.provider.token_requests(), 0U);
  rig.context->is_on_hold = false;
  EXPECT_TRUE(rig.read(connection));
}

TEST(RefreshSave, refresh_rule_12_a_renewal_that_fails_leaves_the_old_grant_working) {
  EngineRig rig;
  const auto connection = rig.connect();
  // The new grant waits beside the old one until the platform confirms it, and is dropped when nobody does.
  auto waiting = rig.grant_of(connection);
  waiting.id = model::GrantId{"grant_waiting"};
  waiting.due_at.reset();
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(waiting)}})));
  rig.clock.advance(3601s);
  EXPECT_TRUE(rig.read(connection));
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {ports::Erase{model::Kind::kGrant, "grant_waiting"}}})));
  rig.clock.advance(3601s);
  EXPECT_TRUE(rig.read(connection));
}

TEST(RefreshSave, refresh_5_7_a_late_refresh_of_the_old_grant_does_not_touch_the_new_one) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.delay = 10s});
  const auto read = rig.start_read(connection);
  rig.until([&] { return rig.provider.token_requests() == 1; });
  auto renewed = rig.grant_of(connection);
  renewed.id = model::GrantId{"grant_new"};
  renewed.attempt = model::Attempt::kNone;
  auto stored = rig.stored(connection);
  ports::Unit unit;
  install_grant(*rig.context, unit, stored, renewed);
  unit.writes.emplace_back(rig.records->put(renewed));
  EngineRig::must(run(*rig.world, rig.store->apply(std::move(unit))));
  rig.pass(12s);
  EXPECT_EQ(rig.grant_of(connection).id.str(), "grant_new");
  EXPECT_EQ(rig.grant_of(connection).generation, 1);
}

TEST(RefreshSave, refresh_rule_21_a_hot_read_writes_nothing_and_asks_the_store_nothing) {
  EngineRig rig;
  const auto connection = rig.connect();
  ASSERT_TRUE(rig.read(connection));
  const auto commits = rig.store->commits();
  rig.is_store_down = true;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(rig.read(connection));
  EXPECT_EQ(rig.store->commits(), commits);
}

TEST(RefreshSave, refresh_rule_09_two_hundred_with_an_error_body_is_an_error) {
  EngineRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  rig.provider.script.push_back({.status = 200, .body = R"({"error":"invalid_grant","ok":false})"});
  EXPECT_EQ(rig.read(connection).error().code, Code::kNeedsReconnect);
}

TEST(Background, refreshes_what_is_due_before_anyone_asks) {
  EngineRig rig;
  std::vector<model::Connection> connections;
  connections.reserve(10);
  for (int i = 0; i < 10; ++i) connections.push_back(rig.connect());
  boost::asio::co_spawn(*rig.world, rig.background->run(), boost::asio::detached);
  rig.clock.advance(3240s);
  rig.pass(65s);
  EXPECT_EQ(rig.provider.token_requests(), 10U);
  for (const auto& connection : connections) EXPECT_EQ(rig.grant_of(connection).generation, 2);
  rig.background->stop();
  rig.pass(2s);
}

TEST(Background, keeps_a_refresh_token_alive_before_it_ends_by_idleness) {
  auto integration = EngineRig::plain_integration();
  integration.refresh_token_idle = 86'400s;
  EngineRig rig(integration);
  const auto connection = rig.connect(0);  // no lifetime known: only the idle limit makes it due
  rig.clock.advance(86'400s * 3 / 4 - 1s);
  EXPECT_EQ(EngineRig::must(run(*rig.world, rig.background->refresh_due())), 0);
  rig.clock.advance(2s);
  EXPECT_EQ(EngineRig::must(run(*rig.world, rig.background->refresh_due())), 1);
  rig.until([&] { return rig.provider.token_requests() == 1; });
}

TEST(Background, announces_a_refresh_token_that_ends_once) {
  auto integration = EngineRig::plain_integration();
  integration.refresh_token_lifetime = 30 * 86'400s;
  EngineRig rig(integration);
  rig.connect();
  rig.provider.gives_refresh_token = false;
  rig.provider.rotates = false;
  rig.clock.advance(23 * 86'400s);
  for (int i = 0; i < 3; ++i) {
    (void)EngineRig::must(run(*rig.world, rig.background->refresh_due()));
    rig.pass(3s);
  }
  const auto events = rig.event_types();
  EXPECT_EQ(std::ranges::count(events, "connection.expiring"), 1);
}

}  // namespace
}  // namespace valetkey::oauth
