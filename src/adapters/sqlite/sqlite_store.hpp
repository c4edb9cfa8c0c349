#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/clock.hpp"
#include "ports/event_bus.hpp"
#include "ports/metrics.hpp"
#include "ports/store.hpp"

namespace valetkey::adapters::sqlite {

struct SqliteOptions {
  std::size_t max_waiting_writes = 4096;      ///< units; one more is kStoreBusy
  std::size_t max_group = 256;                ///< units of one commit
  std::size_t readers = 2;                    ///< threads, each with a connection
  model::Milliseconds watch_interval{1'000};  ///< how late a change by another process is noticed
  bool migrate = true;                        ///< false: kNotSupported while migrations are pending
  ports::Metrics* metrics = nullptr;          ///< told of the queue and of each commit; null: nobody; outlives the store
  std::function<bool()> before_commit;        ///< for tests, on the writer's thread: false acts as if the disk had failed
};

/// The store in one SQLite file (DESIGN 9): one writer thread that groups commits, a few reader threads.
///
/// Rows that a unit changed are published to the bus after its commit and before its caller is told; a deleted tenant and a change by
/// another process are published as "forget everything". Token reads, leases and events are not published: nobody caches them.
/// An operation that has begun runs to its end, whatever is cancelled; executors of callers outlive it, and so does the clock.
/// The destructor finishes what waits, then closes and empties the write-ahead log.
class SqliteStore final : public ports::Store {
 public:
  /// Makes the file (0600) and its directory (0700) when missing, and applies migrations. kNotSupported for a database of another
  /// program or a newer version, kIntegrity for a damaged one; such a file is not changed.
  static model::Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path, const ports::Clock& clock,
                                                          ports::EventBus& bus, SqliteOptions options = {});
  ~SqliteStore() override;

  ports::Answer<std::optional<model::Row>> get(model::Kind kind, std::string id) override;
  ports::Answer<std::vector<model::Row>> find(ports::Query query) override;
  /// Without regard to `after` and `limit`.
  ports::Answer<std::int64_t> count(ports::Query query) override;
  ports::Answer<void> apply(ports::Unit unit) override;
  ports::Answer<std::vector<model::Event>> events(ports::EventQuery query) override;
  ports::Answer<std::vector<model::AuditEntry>> audit(std::string tenant, std::int64_t after, int limit) override;

  /// On the caller's thread; each may take long. See backup.hpp and inspection.hpp.
  model::Result<void> backup(const std::filesystem::path& target) const;
  [[nodiscard]] model::Result<bool> is_empty() const;
  /// Problems found; empty: sound.
  [[nodiscard]] model::Result<std::vector<std::string>> integrity_check() const;

  /// Groups that were committed, for tests and metrics.
  [[nodiscard]] std::uint64_t commits() const;

 private:
  struct Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);
  template <class T, class Read>
  ports::Answer<T> read(Read read);

  std::unique_ptr<Parts> parts_;
};

}  // namespace valetkey::adapters::sqlite
