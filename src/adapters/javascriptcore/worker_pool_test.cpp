#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <deque>

#include "adapters/javascriptcore/worker_pool.hpp"
#include "support/child_processes.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"

namespace valetkey::adapters::javascriptcore {
namespace {

using model::TenantId;
using Lease = WorkerPool::Lease;

class WorkerPoolTest : public ::testing::Test {
 public:
  std::shared_ptr<WorkerPool> pool_of(int workers, std::size_t waiting = 32, model::Milliseconds wait = model::Milliseconds{60'000}) {
    return std::make_shared<WorkerPool>(
        PoolSettings{
            .command = {.path = VALETKEY_SCRIPT_WORKER, .argument = ""}, .workers = workers, .waiting_per_tenant = waiting, .wait = wait},
        metrics);
  }
  Lease take(const std::shared_ptr<WorkerPool>& pool, const std::string& tenant) {
    std::deque<Lease> held;
    std::string order;
    ask(pool, tenant, held, order);
    return std::move(held.front());
  }
  /// The worker of a call that is over at once.
  pid_t used(const std::shared_ptr<WorkerPool>& pool, const std::string& tenant) {
    auto lease = take(pool, tenant);
    const auto id = lease.worker().id();
    lease.finish();
    return id;
  }
  /// Asks, and writes down who got a worker.
  void ask(const std::shared_ptr<WorkerPool>& pool, const std::string& tenant, std::deque<Lease>& held, std::string& order) {
    boost::asio::co_spawn(
        context,
        [&, pool, tenant]() -> ports::Task<void> {
          auto lease = co_await pool->acquire(TenantId(tenant));
          order += lease ? tenant : "-";
          if (lease) held.push_back(std::move(*lease));
        },
        boost::asio::detached);
    context.restart();
    context.poll();
  }
  void poll() {
    context.restart();
    context.poll();
  }

  test::RecordedMetrics metrics;
  boost::asio::io_context context;
};

TEST_F(WorkerPoolTest, none_is_started_before_the_first_call) {
  const auto pool = pool_of(2);
  EXPECT_TRUE(test::children_named("valetkey-script-worker").empty());
  (void)used(pool, "a");
  EXPECT_EQ(test::children_named("valetkey-script-worker").size(), 1U);
  pool->close();
  EXPECT_TRUE(test::children_named("valetkey-script-worker").empty()) << "they end with it";
}

TEST_F(WorkerPoolTest, security_s36_a_worker_serves_one_tenant_for_life) {
  const auto pool = pool_of(2);
  const auto a = used(pool, "a");
  const auto b = used(pool, "b");
  EXPECT_NE(a, b);
  EXPECT_EQ(used(pool, "a"), a);
  EXPECT_EQ(used(pool, "b"), b);
  const auto c = used(pool, "c");
  EXPECT_NE(c, a);
  EXPECT_NE(c, b);
  EXPECT_EQ(used(pool, "b"), b) << "the one used least recently made room";
  EXPECT_NE(used(pool, "a"), a);
}

TEST_F(WorkerPoolTest, security_s36_a_worker_serves_1000_calls) {
  const auto pool = pool_of(1);
  const auto first = used(pool, "a");
  for (int i = 2; i <= 1'000; ++i) ASSERT_EQ(used(pool, "a"), first) << i;
  EXPECT_NE(used(pool, "a"), first);
}

TEST_F(WorkerPoolTest, a_lease_that_is_dropped_ends_its_worker) {
  const auto pool = pool_of(1);
  pid_t dropped = 0;
  {
    const auto lease = take(pool, "a");
    dropped = lease.worker().id();
  }
  EXPECT_FALSE(test::children_named("valetkey-script-worker").contains(dropped));
  EXPECT_NE(used(pool, "a"), dropped);
}

TEST_F(WorkerPoolTest, a_worker_that_died_is_replaced) {
  const auto pool = pool_of(1);
  const auto first = used(pool, "a");
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  while (test::children_named("valetkey-script-worker").contains(first)) {
  }
  EXPECT_NE(used(pool, "a"), first);
}

TEST_F(WorkerPoolTest, the_spare_one_serves_the_next_new_tenant) {
  const auto pool = pool_of(2);
  const auto a = used(pool, "a");
  pool->refill();
  auto all = test::children_named("valetkey-script-worker");
  ASSERT_EQ(all.size(), 2U);
  all.erase(a);
  EXPECT_EQ(used(pool, "b"), *all.begin());
}

TEST_F(WorkerPoolTest, who_waits_is_served_tenant_by_tenant) {
  const auto pool = pool_of(2);
  std::deque<Lease> held;
  std::string order;
  ask(pool, "a", held, order);
  ask(pool, "b", held, order);
  for (const auto* tenant : {"a", "a", "a", "b", "c"}) ask(pool, tenant, held, order);
  EXPECT_EQ(order, "ab");
  while (!held.empty()) {
    auto lease = std::move(held.front());
    held.pop_front();
    lease.finish();
    poll();
  }
  EXPECT_EQ(order, "ababcaa");
}

TEST_F(WorkerPoolTest, one_tenant_never_holds_all) {
  const auto pool = pool_of(2);
  std::deque<Lease> held;
  std::string order;
  ask(pool, "a", held, order);
  ask(pool, "a", held, order);
  ask(pool, "b", held, order);
  EXPECT_EQ(order, "ab");
}

TEST_F(WorkerPoolTest, too_many_that_wait_are_refused) {
  const auto pool = pool_of(1, 2);
  std::deque<Lease> held;
  std::string order;
  for (int i = 0; i < 4; ++i) ask(pool, "a", held, order);
  poll();
  EXPECT_EQ(order, "a-") << "two wait";
  pool->close();
  poll();
  EXPECT_EQ(order, "a---") << "nobody waits for ever";
}

TEST_F(WorkerPoolTest, a_wait_ends) {
  const auto pool = pool_of(1, 2, model::Milliseconds{1});
  std::deque<Lease> held;
  std::string order;
  ask(pool, "a", held, order);
  ask(pool, "a", held, order);
  context.restart();
  while (order == "a" && context.run_one() > 0) {
  }
  EXPECT_EQ(order, "a-");
}

}  // namespace
}  // namespace valetkey::adapters::javascriptcore
