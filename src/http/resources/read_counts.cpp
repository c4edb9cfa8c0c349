#include "http/resources/read_counts.hpp"

namespace valetkey::http {

void ReadCounts::count(const model::TenantId& tenant, const model::ApiKeyId& key, const model::ConnectionId& connection) {
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(clock_.wall_now().time_since_epoch()).count();
  auto& shard = shards_[std::hash<std::string>{}(connection.str()) % kShards];
  const std::tuple<std::string_view, std::string_view, std::string_view, std::int64_t> cell(tenant.str(), key.str(), connection.str(),
                                                                                            minute);
  const std::lock_guard lock(shard.mutex);
  if (const auto known = shard.counts.find(cell); known != shard.counts.end()) ++known->second;
  else shard.counts.emplace(cell, 1);
}

ports::Answer<void> ReadCounts::flush() {
  for (auto& shard : shards_) {
    Counts left;
    {
      const std::lock_guard lock(shard.mutex);
      left.swap(shard.counts);
    }
    while (!left.empty()) {
      auto some = first_of(left);
      if (auto written = co_await write(some); !written) {
        left.merge(some);
        const std::lock_guard lock(shard.mutex);
        for (const auto& [cell, count] : left) shard.counts[cell] += count;
        co_return written;
      }
    }
  }
  co_return model::Result<void>{};
}

/// Takes as many as one unit should write: others wait for it, and a long one costs more than its parts.
ReadCounts::Counts ReadCounts::first_of(Counts& counts) {
  Counts some;
  while (some.size() < kMostAtOnce && !counts.empty()) some.insert(counts.extract(counts.begin()));
  return some;
}

ports::Answer<void> ReadCounts::write(Counts& counts) {
  ports::Unit unit;
  std::string tenant;
  for (auto cell = counts.begin(); cell != counts.end();) {
    if (const auto& owner = std::get<0>(cell->first); owner != tenant) {
      auto row = co_await store_.get(model::Kind::kTenant, owner);
      if (!row) co_return model::fail(std::move(row.error()));
      if (!*row) {  // deleted meanwhile: nothing of it may come back
        cell = counts.erase(cell);
        continue;
      }
      tenant = owner;
      unit.preconditions.emplace_back(ports::Expect{model::Kind::kTenant, tenant, "revision", (*row)->revision});
    }
    const auto& [owner, key, connection, minute] = cell->first;
    unit.writes.emplace_back(
        ports::CountReads{.tenant = owner, .key = key, .connection = connection, .minute = minute, .count = cell->second});
    ++cell;
  }
  if (unit.writes.empty()) co_return model::Result<void>{};
  co_return co_await store_.apply(std::move(unit));
}

}  // namespace valetkey::http
