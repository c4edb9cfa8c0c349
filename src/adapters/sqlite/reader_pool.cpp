#include "adapters/sqlite/reader_pool.hpp"

#include <algorithm>

namespace valetkey::adapters::sqlite {
namespace {

constexpr std::size_t kMaxBatch = 16;

}  // namespace

ReaderPool::ReaderPool(std::vector<std::unique_ptr<Connection>> connections) : connections_(std::move(connections)) {
  for (const auto& connection : connections_) threads_.emplace_back([this, own = connection.get()] { run(*own); });
}

ReaderPool::~ReaderPool() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ReaderPool::submit(Read read) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(read));
  }
  wake_.notify_one();
}

/// This thread's share of what waits; empty at the end.
std::vector<ReaderPool::Read> ReaderPool::next_batch() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
  const auto share = std::min({waiting_.size(), kMaxBatch, waiting_.size() / connections_.size() + 1});
  std::vector<Read> batch;
  for (std::size_t i = 0; i < share; ++i) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

void ReaderPool::run(Connection& connection) {
  for (auto batch = next_batch(); !batch.empty(); batch = next_batch()) {
    const bool together = batch.size() > 1 && connection.execute("BEGIN", "read").has_value();
    for (auto& read : batch) read(connection);
    if (together && connection.in_transaction()) (void)connection.execute("COMMIT", "read");
  }
}

}  // namespace valetkey::adapters::sqlite
