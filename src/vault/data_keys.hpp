#pragma once
#include "ports/clock.hpp"
#include "ports/random.hpp"
#include "ports/store.hpp"
#include "vault/key_cache.hpp"
#include "vault/options.hpp"
#include "vault/root_wraps.hpp"

namespace valetkey::vault {

/// The data keys of all tenants: which one seals, loading, making, counting (S40). Thread safe.
class DataKeys {
 public:
  DataKeys(ports::Store& store, ports::KeyWrapper& wrapper, const ports::Clock& clock, ports::Random& random, Options options);

  [[nodiscard]] const KeyCache& cache() const { return cache_; }
  [[nodiscard]] const RootWraps& wraps() const { return wraps_; }
  KeyCache& cache() { return cache_; }

  /// From memory, else from the store. kKeyUnavailable when it is gone or no root key opens it.
  ports::Answer<DataKeyPtr> load(std::string id);
  /// The key that seals now; makes the first one. While the store is away, the last one known.
  ports::Answer<DataKeyPtr> current(std::string purpose, std::string tenant);
  /// The current key, with one of its seals taken.
  ports::Answer<DataKeyPtr> take(std::string purpose, std::string tenant);
  /// Reserves ahead, so that the next seals need no store.
  ports::Answer<void> prepare(std::string purpose, std::string tenant);
  /// A new current key in the place of `spent`, which is retired; or the one that somebody else put there meanwhile.
  /// `spent` empty: the first key.
  ports::Answer<DataKeyPtr> replace(std::string purpose, std::string tenant, std::string spent);

  /// A key that is in no row yet.
  struct Fresh {
    DataKeyRecord record;
    model::Secret key;
  };
  ports::Answer<Fresh> make(std::string id, std::string purpose, std::string tenant);

 private:
  enum class Reserved { kGranted, kRaced, kRetired, kSpent };
  /// Counts a block of at most `limit` in all as used, before any of it is. kGranted: one seal is the caller's, the rest is added.
  ports::Answer<Reserved> reserve(DataKeyPtr key, std::int64_t limit);
  /// reserve(), and what follows when the key is retired or spent. True: one seal is the caller's.
  ports::Answer<bool> replenish(DataKeyPtr key);
  /// The current key by its row, past the cache.
  ports::Answer<DataKeyPtr> read_current(std::string purpose, std::string tenant);
  /// The unit that puts `fresh` in the place of the current key.
  ports::Answer<ports::Unit> replacement(std::optional<CurrentKeyRecord> before, DataKeyRecord fresh);
  ports::Answer<std::optional<CurrentKeyRecord>> pointer(std::string purpose, std::string tenant);

  ports::Store& store_;
  const ports::Clock& clock_;
  ports::Random& random_;
  Options options_;
  RootWraps wraps_;
  KeyCache cache_;
};

}  // namespace valetkey::vault
