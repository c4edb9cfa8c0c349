#pragma once
// What an adapter gives to run the contract suite of ports/store.hpp: include the store_*_suite.hpp files, then
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreRows, testing::Values(make_harness), ...) for each suite.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "contract/recording_bus.hpp"
#include "ports/store.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::test {

struct StoreSetup {
  std::size_t max_waiting_writes = 4096;
  std::function<bool()> before_commit;  ///< asked by the writer before each commit; false: it fails
};

/// One store of an adapter, empty at first.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  virtual ports::Store& store() = 0;
  /// Closes and opens the same data.
  virtual void reopen() = 0;
  /// Every value of every row of every table as text, for a search.
  virtual std::vector<std::string> every_value() = 0;
  virtual std::uint64_t commits() = 0;

  SteppedClock clock;
  RecordingBus bus;
};

using HarnessFactory = std::function<std::unique_ptr<StoreHarness>(StoreSetup)>;

/// Stops the writer before a commit until the test lets it go on, so that a test decides what waits in the queue.
class Gate {
 public:
  /// The writer's side; true.
  bool pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !is_closed_; });
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_closed_ = false;
    changed_.notify_all();
  }
  /// Until a commit stands at the gate for the `count`th time.
  void wait_for_arrival(int count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_closed_ = false;
  int arrived_ = 0;
};

}  // namespace valetkey::test
