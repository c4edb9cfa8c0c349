#include "oauth/request_budget.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace valetkey::oauth {
namespace {

using Owner = RequestBudget::Owner;
using Permit = RequestBudget::Permit;

/// Requests on one thread: who was let in, in order, and may go again.
struct Door {
  explicit Door(BudgetLimits limits) : budget(limits) {}

  /// Whether it was let in at once.
  bool ask(Owner owner) {
    const auto before = in.size();
    boost::asio::co_spawn(world, budget.acquire(owner), [this, owner](const std::exception_ptr&, Permit permit) {
      if (permit) in.emplace_back(owner, std::move(permit));
    });
    run();
    return in.size() > before;
  }
  /// The first one inside of this tenant and credential leaves.
  void leave(const std::string& tenant, const std::string& credential) {
    const auto found =
        std::ranges::find_if(in, [&](const auto& each) { return each.first.tenant == tenant && each.first.credential == credential; });
    ASSERT_NE(found, in.end()) << tenant << " " << credential << " is not inside";
    in.erase(found);
    run();
  }
  void run() {
    world.restart();
    world.poll();
  }
  /// `tenant/credential` of all inside, the latest last.
  [[nodiscard]] std::vector<std::string> inside() const {
    std::vector<std::string> names;
    names.reserve(in.size());
    for (const auto& [owner, permit] : in) names.push_back(owner.tenant + "/" + owner.credential);
    return names;
  }

  RequestBudget budget;
  std::vector<std::pair<Owner, Permit>> in;
  boost::asio::io_context world;
};

using Names = std::vector<std::string>;

struct LimitCase {
  const char* name;
  BudgetLimits limits;
  Owner first, other;  ///< share what is limited to 2, and nothing else
  Owner stranger;      ///< does not share it
};

TEST(RequestBudget, security_s24_each_limit_holds_on_both_sides) {
  const LimitCase cases[] = {
      {"origin", {2, 99, 99}, {"https://a", "t1", "c1"}, {"https://a", "t2", "c2"}, {"https://b", "t1", "c1"}},
      {"tenant", {99, 2, 99}, {"https://a", "t1", "c1"}, {"https://b", "t1", "c2"}, {"https://a", "t2", "c1"}},
      {"credential", {99, 99, 2}, {"https://a", "t1", "c1"}, {"https://b", "t2", "c1"}, {"https://a", "t1", "c2"}},
  };
  for (const auto& [name, limits, first, other, stranger] : cases) {
    SCOPED_TRACE(name);
    Door door(limits);
    EXPECT_TRUE(door.ask(first));
    EXPECT_TRUE(door.ask(other)) << "the last place";
    EXPECT_FALSE(door.ask(first)) << "one too many";
    EXPECT_TRUE(door.ask(stranger)) << "who does not share it does not wait";
    door.leave(other.tenant, other.credential);
    EXPECT_EQ(door.in.size(), 3U) << "the one who waited is in";
  }
}

TEST(RequestBudget, a_place_comes_back_however_often_it_is_used) {
  Door door({.per_origin = 1, .per_tenant = 1, .per_credential = 1});
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(door.ask({"https://a", "t1", "c1"}));
    door.leave("t1", "c1");
  }
}

TEST(RequestBudget, security_s24_a_crowd_of_one_tenant_does_not_keep_others_waiting) {
  Door door({.per_origin = 1, .per_tenant = 99, .per_credential = 99});
  EXPECT_TRUE(door.ask({"https://a", "crowd", "0"}));
  for (const auto* name : {"1", "2", "3"}) EXPECT_FALSE(door.ask({"https://a", "crowd", name}));
  EXPECT_FALSE(door.ask({"https://a", "alone", "1"}));
  EXPECT_FALSE(door.ask({"https://a", "zoe", "1"}));
  Names served;
  for (int i = 0; i < 5; ++i) {
    door.leave(door.in.front().first.tenant, door.in.front().first.credential);
    ASSERT_EQ(door.in.size(), 1U);
    served.push_back(door.inside().front());
  }
  EXPECT_EQ(served, (Names{"alone/1", "crowd/1", "zoe/1", "crowd/2", "crowd/3"}));
}

TEST(RequestBudget, who_may_not_go_yet_is_passed_by_who_may) {
  Door door({.per_origin = 2, .per_tenant = 99, .per_credential = 1});
  EXPECT_TRUE(door.ask({"https://a", "t", "busy"}));
  EXPECT_TRUE(door.ask({"https://a", "u", "other"}));
  EXPECT_FALSE(door.ask({"https://a", "t", "busy"}));
  EXPECT_FALSE(door.ask({"https://a", "t", "free"}));
  door.leave("u", "other");
  EXPECT_EQ(door.inside(), (Names{"t/busy", "t/free"}));
  door.leave("t", "busy");
  EXPECT_EQ(door.inside(), (Names{"t/free", "t/busy"}));
}

TEST(RequestBudget, one_who_leaves_lets_in_everybody_it_stood_in_the_way_of) {
  Door door({.per_origin = 1, .per_tenant = 1, .per_credential = 99});
  EXPECT_TRUE(door.ask({"https://a", "t", "1"}));
  EXPECT_FALSE(door.ask({"https://a", "u", "2"})) << "waits for the origin";
  EXPECT_FALSE(door.ask({"https://b", "t", "3"})) << "waits for the tenant";
  door.leave("t", "1");
  EXPECT_EQ(door.in.size(), 2U);
}

TEST(RequestBudget, a_place_given_to_one_who_is_gone_is_given_on) {
  RequestBudget budget({.per_origin = 1, .per_tenant = 9, .per_credential = 9});
  boost::asio::io_context staying;
  auto leaving = std::make_unique<boost::asio::io_context>();
  Permit held;
  Permit next;
  const auto ask = [&budget](boost::asio::io_context& where, const char* tenant, Permit* into) {
    boost::asio::co_spawn(where, budget.acquire({"https://a", tenant, "c"}), [into](const std::exception_ptr&, Permit permit) {
      if (into != nullptr) *into = std::move(permit);
    });
    where.poll();
    where.restart();
  };
  ask(staying, "a", &held);
  ASSERT_TRUE(held);
  ask(*leaving, "b", nullptr);
  ask(staying, "c", &next);
  held.reset();  // the place goes to b, whose thread has ended
  staying.poll();
  staying.restart();
  EXPECT_FALSE(next);
  leaving.reset();
  staying.poll();
  EXPECT_TRUE(next);
}

TEST(RequestBudget, storm_on_many_threads_never_exceeds_a_limit) {
  constexpr int kThreads = 8;
  constexpr int kEach = 300;
  const BudgetLimits limits{.per_origin = 3, .per_tenant = 2, .per_credential = 1};
  std::array<boost::asio::io_context, kThreads> contexts;
  RequestBudget budget(limits);
  std::array<std::atomic<int>, 2> origins{};
  std::array<std::atomic<int>, 3> tenants{};
  std::array<std::atomic<int>, 5> credentials{};
  std::atomic<int> served = 0;

  const auto caller = [&](int thread) -> ports::Task<void> {
    for (int i = 0; i < kEach; ++i) {
      const auto number = static_cast<std::size_t>(thread) * 7 + static_cast<std::size_t>(i);
      auto& origin = origins[number % origins.size()];
      auto& tenant = tenants[number % tenants.size()];
      auto& credential = credentials[number % credentials.size()];
      auto permit = co_await budget.acquire(
          {std::to_string(number % origins.size()), std::to_string(number % tenants.size()), std::to_string(number % credentials.size())});
      EXPECT_LE(++origin, limits.per_origin);
      EXPECT_LE(++tenant, limits.per_tenant);
      EXPECT_LE(++credential, limits.per_credential);
      co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
      --origin;
      --tenant;
      --credential;
      ++served;
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      auto& own = contexts[static_cast<std::size_t>(i)];
      boost::asio::co_spawn(own, caller(i), boost::asio::detached);
      own.run();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(served, kThreads * kEach);
}

/// A task that the end of the process destroys drops its permit after the engine is gone.
TEST(RequestBudget, a_permit_may_outlive_it) {
  boost::asio::io_context world;
  auto budget = std::make_unique<RequestBudget>(BudgetLimits{.per_origin = 1, .per_tenant = 1, .per_credential = 1});
  std::vector<Permit> held;
  for (int i = 0; i < 2; ++i)
    boost::asio::co_spawn(world, budget->acquire({"origin", "tenant", "credential"}),
                          [&](const std::exception_ptr&, Permit permit) { held.push_back(std::move(permit)); });
  world.poll();
  ASSERT_EQ(held.size(), 1U);
  budget.reset();
  held.clear();
  world.restart();
  world.poll();
  EXPECT_TRUE(held.empty()) << "who waited was let into a budget that is gone";
}

}  // namespace
}  // namespace valetkey::oauth
