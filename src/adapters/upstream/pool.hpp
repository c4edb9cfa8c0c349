#pragma once
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "adapters/upstream/connection.hpp"
#include "adapters/upstream/pool_key.hpp"

namespace valetkey::adapters::upstream {

/// The kept connections of one context. The one that was used last is used next, so that the others can end.
class Pool {
 public:
  Pool(std::size_t most_per_key, std::size_t most) : most_per_key_(most_per_key), most_(most) {}

  /// A connection of this key on which nothing has arrived and that the peer has not closed; null: none.
  std::unique_ptr<Connection> take(const PoolKeyView& key, model::BootTime now);
  /// Keeps it for `kept_until`, or closes it.
  void put(std::unique_ptr<Connection> connection);
  /// Closes what is over, or was closed by its peer.
  void sweep(model::BootTime now);

  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  using Kept = std::vector<std::unique_ptr<Connection>>;  ///< the oldest first
  std::unique_ptr<Connection> remove(Kept& kept, std::size_t index);
  void remove_oldest();

  std::size_t most_per_key_;
  std::size_t most_;
  std::unordered_map<PoolKey, Kept, PoolKeyHash, PoolKeyEqual> by_key_;
  std::list<Connection*> order_;  ///< all of them, the oldest first
};

}  // namespace valetkey::adapters::upstream
