#pragma once
#include <array>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "model/id.hpp"
#include "ports/clock.hpp"
#include "ports/store.hpp"

namespace valetkey::http {

/// Counts token reads per key, connection and minute (S43) in memory and writes the sums now and then: a read never waits for a write.
/// Thread safe.
class ReadCounts {
 public:
  ReadCounts(ports::Store& store, const ports::Clock& clock) : store_(store), clock_(clock) {}

  void count(const model::TenantId& tenant, const model::ApiKeyId& key, const model::ConnectionId& connection);
  /// Writes what was counted; what could not be written is kept for the next time.
  ports::Answer<void> flush();

 private:
  using Cell = std::tuple<std::string, std::string, std::string, std::int64_t>;  ///< tenant, key, connection, minute
  using Counts = std::map<Cell, std::int64_t, std::less<>>;
  static constexpr std::size_t kShards = 8;
  static constexpr std::size_t kMostAtOnce = 256;
  struct Shard {
    std::mutex mutex;
    Counts counts;
  };

  static Counts first_of(Counts& counts);
  /// One unit; takes those of deleted tenants out of `counts`.
  ports::Answer<void> write(Counts& counts);

  ports::Store& store_;
  const ports::Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace valetkey::http
