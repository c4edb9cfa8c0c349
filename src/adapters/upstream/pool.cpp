#include "adapters/upstream/pool.hpp"

namespace valetkey::adapters::upstream {
namespace {

/// A kept connection holds no more than this for the replies to come.
constexpr std::size_t kKeptBuffer = 16 * 1024;

}  // namespace

std::unique_ptr<Connection> Pool::remove(Kept& kept, std::size_t index) {
  auto connection = std::move(kept[index]);
  kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(index));
  connection->place_in_order.splice(connection->place_in_order.end(), order_, connection->place);
  return connection;
}

std::unique_ptr<Connection> Pool::take(const PoolKeyView& key, model::BootTime now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  while (!found->second.empty()) {
    auto connection = remove(found->second, found->second.size() - 1);
    if (now < connection->kept_until && connection->is_quiet()) return connection;
  }
  return nullptr;
}

void Pool::put(std::unique_ptr<Connection> connection) {
  if (!connection->in.empty() || most_ == 0 || most_per_key_ == 0) return;
  connection->in.shrink(kKeptBuffer);
  auto found = by_key_.find(PoolKeyView(connection->key));
  if (found == by_key_.end()) found = by_key_.emplace(connection->key, Kept{}).first;
  auto& kept = found->second;
  if (kept.size() >= most_per_key_) remove(kept, 0);
  else if (order_.size() >= most_) remove_oldest();
  connection->place = connection->place_in_order.begin();
  order_.splice(order_.end(), connection->place_in_order);
  kept.push_back(std::move(connection));
}

void Pool::remove_oldest() {
  // The oldest of all is the oldest of its key.
  const auto found = by_key_.find(PoolKeyView(order_.front()->key));
  remove(found->second, 0);
}

void Pool::sweep(model::BootTime now) {
  for (auto entry = by_key_.begin(); entry != by_key_.end();) {
    auto& kept = entry->second;
    for (std::size_t i = kept.size(); i-- > 0;)
      if (now >= kept[i]->kept_until || !kept[i]->is_quiet()) remove(kept, i);
    entry = kept.empty() ? by_key_.erase(entry) : std::next(entry);
  }
}

}  // namespace valetkey::adapters::upstream
