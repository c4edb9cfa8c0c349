#pragma once
#include <functional>
#include <map>
#include <mutex>

#include "ports/store.hpp"

namespace valetkey::test {

/// Rows in memory, units all or nothing, as ports/store.hpp says; no events, leases or counts of reads. Thread safe.
/// A test can change rows behind the back of the code, and let calls fail.
class MemoryStore final : public ports::Store {
 public:
  ports::Answer<std::optional<model::Row>> get(model::Kind kind, std::string id) override;
  ports::Answer<std::vector<model::Row>> find(ports::Query query) override;
  ports::Answer<std::int64_t> count(ports::Query query) override;
  ports::Answer<void> apply(ports::Unit unit) override;
  ports::Answer<std::vector<model::Event>> events(ports::EventQuery query) override;
  ports::Answer<std::vector<model::AuditEntry>> audit(std::string tenant, std::int64_t after, int limit) override;

  /// Asked before each unit: an error is answered in the place of applying it. Runs without the lock.
  std::function<std::optional<model::Error>(const ports::Unit&)> before_apply;
  /// Every call answers kStoreUnavailable.
  void set_away(bool is_away);

  using Rows = std::map<std::pair<model::Kind, std::string>, model::Row>;
  /// What a backup would hold.
  [[nodiscard]] Rows rows() const;
  /// What somebody with access to the database does.
  void tamper(model::Kind kind, const std::string& id, const std::function<void(model::Row&)>& change);
  [[nodiscard]] int units_applied() const;

 private:
  mutable std::mutex mutex_;
  Rows rows_;
  bool is_away_ = false;
  int units_applied_ = 0;
};

}  // namespace valetkey::test
