#pragma once
#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace valetkey::vault {

/// A bounded cache of immutable records by id, least recently used out first, sharded so that readers of different ids do not meet.
///
/// A record that was read before a change must not be put after it: take a `Ticket` before the read and give it to `put`, which is
/// ignored when the shard was told of a change in between.
template <class Record>
class RecordCache {
 public:
  using Shared = std::shared_ptr<const Record>;
  struct Ticket {
    std::uint64_t epoch = 0;
  };

  /// `most_bytes` over all shards; each entry counts as told to put().
  explicit RecordCache(std::size_t most_bytes) : most_per_shard_(most_bytes / kShards) {}

  Shared get(const std::string& id) {
    auto& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_id.find(id);
    if (found == shard.by_id.end()) return nullptr;
    shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
    return found->second->record;
  }

  Ticket ticket(const std::string& id) {
    auto& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    return {shard.epoch};
  }

  void put(const std::string& id, Ticket ticket, Shared record, std::size_t bytes) {
    auto& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    if (shard.epoch != ticket.epoch) return;
    remove(shard, id);
    shard.recent.push_front({id, std::move(record), bytes});
    shard.by_id[id] = shard.recent.begin();
    shard.bytes += bytes;
    while (shard.bytes > most_per_shard_ && shard.recent.size() > 1) remove(shard, std::string(shard.recent.back().id));
  }

  void forget(const std::string& id) {
    auto& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    ++shard.epoch;
    remove(shard, id);
  }

  void forget_all() {
    for (auto& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      ++shard.epoch;
      shard.by_id.clear();
      shard.recent.clear();
      shard.bytes = 0;
    }
  }

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    std::string id;
    Shared record;
    std::size_t bytes;
  };
  struct Shard {
    std::mutex mutex;
    std::uint64_t epoch = 0;
    std::size_t bytes = 0;
    std::list<Entry> recent;
    std::unordered_map<std::string, typename std::list<Entry>::iterator> by_id;
  };

  Shard& shard_of(const std::string& id) { return shards_[std::hash<std::string>{}(id) % kShards]; }

  static void remove(Shard& shard, const std::string& id) {
    const auto found = shard.by_id.find(id);
    if (found == shard.by_id.end()) return;
    shard.bytes -= found->second->bytes;
    shard.recent.erase(found->second);
    shard.by_id.erase(found);
  }

  std::size_t most_per_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace valetkey::vault
