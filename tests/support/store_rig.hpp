#pragma once
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>

#include "adapters/local_bus/local_bus.hpp"
#include "adapters/root_key/root_keys.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "support/fixed_random.hpp"
#include "support/recorded_log.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"
#include "support/stepped_clock.hpp"
#include "support/watched_ports.hpp"
#include "vault/records.hpp"

namespace valetkey::test {

/// What every part of the broker stands on, on one thread: a real store on disk, real seals, a stepped clock.
class StoreRig {
 public:
  StoreRig() {
    auto pattern = (std::filesystem::temp_directory_path() / "store_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = pattern;
    open();
    must(run(*world, store->apply({.writes = {records->put(model::Tenant{.id = tenant, .name = "Tenant"})}})));
  }
  StoreRig(const StoreRig&) = delete;
  StoreRig& operator=(const StoreRig&) = delete;
  ~StoreRig() {
    close();
    std::filesystem::remove_all(folder);
  }

  /// Everything that a crash takes away, and a new process on the same files. Tasks under way are dropped.
  void restart() {
    close();
    open();
  }
  /// Lets running tasks reach their next wait for the clock or the network, through all that other threads do for them.
  void settle() {
    for (;;) {
      world->restart();
      world->poll();
      if (!watch.is_waiting()) return;
      world->run_one();
    }
  }

  template <class T>
  static T must(model::Result<T> result) {
    if (!result) {
      auto text = result.error().detail + " | " + result.error().log.text;
      for (const auto& field : result.error().fields) text += "\n  " + field.pointer + ": " + field.detail;
      throw std::runtime_error(text);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  std::filesystem::path folder;
  Watch watch;
  std::unique_ptr<boost::asio::io_context> world = std::make_unique<boost::asio::io_context>();
  SteppedClock clock;
  FixedRandom random;
  RecordedLog log;
  RecordedMetrics metrics;
  const model::TenantId tenant{"ten_test"};
  std::atomic<bool> is_store_down{false};

  adapters::local_bus::LocalBus bus;
  std::unique_ptr<adapters::root_key::RootKeys> roots;
  std::unique_ptr<adapters::sqlite::SqliteStore> store;
  std::unique_ptr<WatchedStore> watched_store;
  std::unique_ptr<vault::KeyRing> keys;
  std::unique_ptr<vault::Records> records;

 protected:
  void open() {
    roots = std::make_unique<adapters::root_key::RootKeys>(std::vector{model::Secret(std::string(32, 'r'))}, random);
    store =
        must(adapters::sqlite::SqliteStore::open(folder / "valetkey.db", clock, bus, {.before_commit = [this] { return !is_store_down; }}));
    watch.executor = world->get_executor();
    watched_store = std::make_unique<WatchedStore>(*store, watch);
    keys = std::make_unique<vault::KeyRing>(*watched_store, *roots, clock, random);
    must(run(*world, keys->start()));
    records = std::make_unique<vault::Records>(*watched_store, *keys);
  }
  void close() {
    settle();  // the store's own threads are idle then
    store.reset();
    world = std::make_unique<boost::asio::io_context>();  // drops every task
  }
};

}  // namespace valetkey::test
