#pragma once
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "adapters/local_bus/local_bus.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "ports/clock.hpp"
#include "support/run_task.hpp"

namespace valetkey::test {

/// A SQLite store in a folder of its own, gone with this.
class SqliteRig {
 public:
  explicit SqliteRig(const ports::Clock& clock) : clock_(clock) {
    auto pattern = (std::filesystem::temp_directory_path() / "store_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    reopen();
  }
  SqliteRig(const SqliteRig&) = delete;
  SqliteRig& operator=(const SqliteRig&) = delete;
  ~SqliteRig() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] adapters::sqlite::SqliteStore& store() const { return *store_; }

  /// A context that outlives the store: its threads may still be about to signal a context whose task has already ended.
  boost::asio::io_context& new_context() {
    const std::lock_guard lock(mutex_);
    return contexts_.emplace_back();
  }
  template <class T>
  T run(ports::Task<T> task) {
    return test::run(new_context(), std::move(task));
  }

  void reopen() {
    store_.reset();
    auto opened = adapters::sqlite::SqliteStore::open(folder_ / "valetkey.db", clock_, bus_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    store_ = std::move(*opened);
  }

  /// Every byte on disk, of the write-ahead log too.
  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }

 private:
  const ports::Clock& clock_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::deque<boost::asio::io_context> contexts_;
  adapters::local_bus::LocalBus bus_;
  std::unique_ptr<adapters::sqlite::SqliteStore> store_;
};

}  // namespace valetkey::test
