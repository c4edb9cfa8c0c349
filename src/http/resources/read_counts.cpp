#include "http/resources/read_counts.hpp"

namespace valetkey::http {

void ReadCounts::count(const model::TenantId& tenant, const model::ApiKeyId& key, const model::ConnectionId& connection) {
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(clock_.wall_now().time_since_epoch()).count();
  auto& shard = shards_[std::hash<std::string>{}(connection.str()) % kShards];
  const std::lock_guard lock(shard.mutex);
  ++shard.counts[{tenant.str(), key.str(), connection.str(), minute}];
}

ports::Answer<void> ReadCounts::flush() {
  for (auto& shard : shards_) {
    std::map<Cell, std::int64_t> counts;
    {
      const std::lock_guard lock(shard.mutex);
      counts.swap(shard.counts);
    }
    if (counts.empty()) continue;
    ports::Unit unit;
    for (const auto& [cell, count] : counts) {
      const auto& [tenant, key, connection, minute] = cell;
      unit.writes.emplace_back(ports::CountReads{.tenant = tenant, .key = key, .connection = connection, .minute = minute, .count = count});
    }
    auto written = co_await store_.apply(std::move(unit));
    if (written) continue;
    const std::lock_guard lock(shard.mutex);
    for (const auto& [cell, count] : counts) shard.counts[cell] += count;
    co_return written;
  }
  co_return model::Result<void>{};
}

}  // namespace valetkey::http
