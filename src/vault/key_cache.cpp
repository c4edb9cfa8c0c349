#include "vault/key_cache.hpp"

#include <algorithm>
#include <mutex>

#include "vault/data_key_record.hpp"

namespace valetkey::vault {
namespace {

const DataKey& key_of(const DataKeyPtr& entry) { return *entry; }
const DataKey& key_of(const CurrentKey& entry) { return *entry.key; }

/// Second chance: drops an entry that was not used since the last look, or else the first.
template <class Map>
void make_room(Map& map, std::size_t most) {
  while (map.size() >= most) {
    auto victim = map.begin();
    for (auto at = map.begin(); at != map.end(); ++at) {
      if (key_of(at->second).clear_used()) continue;
      victim = at;
      break;
    }
    map.erase(victim);
  }
}

}  // namespace

KeyCache::KeyCache(std::size_t most_keys) : most_per_shard_(std::max<std::size_t>(1, most_keys / shards_.size())) {}

DataKeyPtr KeyCache::find(std::string_view id) const {
  const auto& shard = shard_of(id);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.keys.find(id);
  if (found == shard.keys.end()) return nullptr;
  found->second->mark_used();
  return found->second;
}

DataKeyPtr KeyCache::keep(DataKeyPtr key) {
  auto& shard = shard_of(key->id);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.keys.find(key->id); found != shard.keys.end()) return found->second;
  make_room(shard.keys, most_per_shard_);
  return shard.keys.emplace(key->id, std::move(key)).first->second;
}

std::optional<CurrentKey> KeyCache::current(std::string_view purpose, std::string_view tenant) const {
  const auto id = current_key_id(purpose, tenant);
  const auto& shard = shard_of(id);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.current.find(id);
  if (found == shard.current.end()) return std::nullopt;
  found->second.key->mark_used();
  return found->second;
}

void KeyCache::set_current(const DataKeyPtr& key, model::BootTime read_at) {
  auto id = current_key_id(key->purpose, key->tenant);
  auto& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (!shard.current.contains(id)) make_room(shard.current, most_per_shard_);
  shard.current.insert_or_assign(std::move(id), CurrentKey{key, read_at});
}

void KeyCache::forget(std::string_view id) {
  for (auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.keys.find(id); found != shard.keys.end()) shard.keys.erase(found);
    std::erase_if(shard.current, [&](const auto& entry) { return entry.second.key->id == id; });
  }
}

void KeyCache::forget_tenant(std::string_view tenant) {
  for (auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    std::erase_if(shard.keys, [&](const auto& entry) { return entry.second->tenant == tenant; });
    std::erase_if(shard.current, [&](const auto& entry) { return entry.second.key->tenant == tenant; });
  }
}

std::size_t KeyCache::size() const {
  std::size_t total = 0;
  for (const auto& shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    total += shard.keys.size();
  }
  return total;
}

}  // namespace valetkey::vault
