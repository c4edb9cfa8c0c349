#include <gtest/gtest.h>

#include <array>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <thread>

#include "oauth/tokens.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using test::EngineRig;

constexpr int kThreads = 8;
constexpr int kRounds = 60;
constexpr int kConnections = 3;

/// One reader: reads, and rejects what it read in every fourth round. What it sees never gets older.
ports::Task<void> read_and_reject(EngineRig& rig, const std::vector<model::Connection>& connections, int thread) {
  std::array<std::int64_t, kConnections> seen{};
  for (int round = 0; round < kRounds; ++round) {
    const auto which = static_cast<std::size_t>(thread + round) % connections.size();
    Need need;
    if (round % 4 == 3 && seen[which] > 0) need.rejected_generation = seen[which];
    const auto token = co_await rig.token_of(connections[which].id, need);
    EXPECT_TRUE(token) << token.error().detail;
    if (!token) co_return;
    EXPECT_GE(token->generation, seen[which] + (need.rejected_generation ? 1 : 0));
    seen[which] = token->generation;
  }
}

// Meant for ThreadSanitizer: callers on threads of their own, the guard and the network on another, the store on its own.
TEST(Tokens, refresh_5_1_storm_of_readers_and_rejections_on_many_threads) {
  std::array<boost::asio::io_context, kThreads> contexts;
  EngineRig rig;
  std::vector<model::Connection> connections;
  connections.reserve(kConnections);
  for (int i = 0; i < kConnections; ++i) connections.push_back(rig.connect());
  rig.clock.advance(std::chrono::seconds{3601});
  auto guard = boost::asio::make_work_guard(*rig.world);
  rig.world->restart();
  std::thread engine([&] { rig.world->run(); });

  std::vector<std::thread> readers;
  readers.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i)
    readers.emplace_back([&, i] {
      auto& own = contexts[static_cast<std::size_t>(i)];
      boost::asio::co_spawn(own, read_and_reject(rig, connections, i), [](const std::exception_ptr& error) { EXPECT_EQ(error, nullptr); });
      own.run();
    });
  for (auto& reader : readers) reader.join();
  guard.reset();
  engine.join();

  std::size_t generations = 0;
  for (const auto& connection : connections) generations += static_cast<std::size_t>(rig.grant_of(connection).generation - 1);
  EXPECT_EQ(rig.provider.token_requests(), generations) << "one request per generation";
  EXPECT_GE(generations, std::size_t{kConnections});
  EXPECT_EQ(rig.provider.concurrent_same_token, 0);
  EXPECT_EQ(rig.provider.reused_after_rotation, 0);
  EXPECT_EQ(rig.refresher->running(), 0U);
}

}  // namespace
}  // namespace valetkey::oauth
