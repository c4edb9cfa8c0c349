#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

#include "adapters/sqlite/connection.hpp"
#include "ports/clock.hpp"
#include "ports/completion.hpp"
#include "ports/event_bus.hpp"
#include "ports/metrics.hpp"
#include "ports/store.hpp"

namespace valetkey::adapters::sqlite {

struct Changes;

struct WriterOptions {
  std::size_t max_waiting = 4096;              ///< units; one more is kStoreBusy
  std::size_t max_group = 256;                 ///< units of one commit
  model::Milliseconds watch_interval{1'000};   ///< between looks for changes by other processes
  ports::Metrics* metrics = nullptr;           ///< may be null
  std::function<bool()> before_commit;         ///< for tests: false acts as if the disk had failed
};

/// The one thread that writes. It takes all units that wait as one group, one transaction and one sync for all of them, then tells the
/// bus what changed, then the callers.
class Writer {
 public:
  using Done = ports::Completion<model::Result<void>>;

  Writer(std::unique_ptr<Connection> connection, WriterOptions options, const ports::Clock& clock, ports::EventBus& bus);
  /// Finishes what waits.
  ~Writer();

  void apply(ports::Unit unit, Done done);
  [[nodiscard]] std::uint64_t commits() const { return commits_; }

 private:
  struct Waiting {
    ports::Unit unit;
    Done done;
    model::Result<void> result;
  };
  using Group = std::vector<Waiting>;

  void run();
  Group next_group();
  void save(std::span<Waiting> group);
  void refused(std::string_view reason, std::size_t units) const;
  model::Result<void> save_in_transaction(std::span<Waiting> group, Changes& changes);
  void watch();

  std::unique_ptr<Connection> connection_;
  const WriterOptions options_;
  const ports::Clock& clock_;
  ports::EventBus& bus_;
  std::atomic<std::uint64_t> commits_ = 0;
  std::int64_t data_version_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;  // guarded by mutex_
  bool is_stopping_ = false;     // guarded by mutex_
  std::thread thread_;
};

}  // namespace valetkey::adapters::sqlite
