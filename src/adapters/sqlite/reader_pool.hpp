#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/sqlite/connection.hpp"

namespace valetkey::adapters::sqlite {

/// A few threads with a connection each that serve one queue of reads, so that a page that must come from the disk never stops a
/// thread that serves sockets. A reader takes several waiting reads into one read transaction, which halves the cost of each; its
/// snapshot is younger than each of them, so that whoever was told of a commit reads it.
class ReaderPool {
 public:
  using Read = std::move_only_function<void(Connection&)>;

  explicit ReaderPool(std::vector<std::unique_ptr<Connection>> connections);
  /// Finishes what waits.
  ~ReaderPool();

  void submit(Read read);

 private:
  void run(Connection& connection);
  std::vector<Read> next_batch();

  std::vector<std::unique_ptr<Connection>> connections_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Read> waiting_;  // guarded by mutex_
  bool is_stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace valetkey::adapters::sqlite
