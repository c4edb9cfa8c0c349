#pragma once
#include <array>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/time.hpp"
#include "vault/data_key.hpp"

namespace valetkey::vault {

using DataKeyPtr = std::shared_ptr<DataKey>;

/// Which key seals for a tenant, as it was read from the store.
struct CurrentKey {
  DataKeyPtr key;
  model::BootTime read_at{};
};

/// Unwrapped data keys by id, and the current one by tenant and purpose. Bounded: keys that were not used for longest go first, roughly.
/// Thread safe; readers share a lock per shard.
class KeyCache {
 public:
  explicit KeyCache(std::size_t most_keys);

  [[nodiscard]] DataKeyPtr find(std::string_view id) const;
  /// Answers the one that is kept: an earlier entry of this id wins, so that there is one count of its reserved seals.
  DataKeyPtr keep(DataKeyPtr key);

  [[nodiscard]] std::optional<CurrentKey> current(std::string_view purpose, std::string_view tenant) const;
  void set_current(const DataKeyPtr& key, model::BootTime read_at);

  void forget(std::string_view id);
  void forget_tenant(std::string_view tenant);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  struct Shard {
    mutable std::shared_mutex mutex;
    Map<DataKeyPtr> keys;
    Map<CurrentKey> current;
  };

  Shard& shard_of(std::string_view text) { return shards_[Hash{}(text) % shards_.size()]; }
  [[nodiscard]] const Shard& shard_of(std::string_view text) const { return shards_[Hash{}(text) % shards_.size()]; }

  std::array<Shard, 16> shards_;
  std::size_t most_per_shard_;
};

}  // namespace valetkey::vault
