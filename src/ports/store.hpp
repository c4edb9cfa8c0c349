#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/event.hpp"
#include "model/row.hpp"
#include "ports/task.hpp"

namespace valetkey::ports {

/// The row must exist and hold `value` in `column`: "revision" or one of the kind's columns.
struct Expect {
  model::Kind kind;
  std::string id;
  std::string_view column;  ///< static storage
  model::Column value;
};

/// No row may have this id.
struct ExpectAbsent {
  model::Kind kind;
  std::string id;
};

/// At most `most` rows of the tenant may exist before the writes of the unit (quotas).
struct ExpectFewer {
  model::Kind kind;
  std::string tenant;
  std::int64_t most;
};

using Precondition = std::variant<Expect, ExpectAbsent, ExpectFewer>;

/// Insert or replace as a whole; the store sets revision = previous + 1 (1 when new).
struct Put {
  model::Row row;
};
struct Erase {
  model::Kind kind;
  std::string id;
};
/// Erases at most `limit` rows whose integer `column` is not above `at_most`, oldest first (retention).
struct EraseExpired {
  model::Kind kind;
  std::string_view column;
  std::int64_t at_most;
  int limit = 500;
};
/// Everything of a tenant: rows of all kinds, events, audit, leases. Its data keys with it, which makes backups of it unreadable
/// where the root key is gone too.
struct EraseTenant {
  std::string tenant;
};
/// Events older than `before`, at most `limit`.
struct EraseEvents {
  std::string tenant;  ///< empty: of all tenants
  model::WallTime before;
  int limit = 500;
};
/// Takes or renews the lease `name` for `owner`; the unit fails with kConflict while another owner holds it. Times by the store's
/// clock. The holder counts its own deadline from before the call.
struct TakeLease {
  std::string name;
  std::string owner;
  std::string tenant;
  model::Milliseconds duration;
};
/// Gives the lease up if `owner` still holds it; no error otherwise.
struct DropLease {
  std::string name;
  std::string owner;
};
/// Adds `count` to the token reads of (key, connection, minute) (S43): the row `{key}/{connection}/{minute}` of kTokenReads, with the
/// document {"key", "connection", "count"}.
struct CountReads {
  std::string tenant;
  std::string key;
  std::string connection;
  std::int64_t minute;  ///< unix minutes
  std::int64_t count;
};

using Write = std::variant<Put, Erase, EraseExpired, EraseTenant, EraseEvents, TakeLease, DropLease, CountReads>;

/// All or nothing. Preconditions are read in the unit's own transaction, before its writes.
struct Unit {
  std::vector<Precondition> preconditions;
  std::vector<Write> writes;
  std::vector<model::Event> events;      ///< the outbox; `sequence` is assigned at commit
  std::vector<model::AuditEntry> audit;  ///< `sequence` and `hash` are assigned at commit
};

/// Rows in the order of their ids, those behind `after`.
struct Query {
  model::Kind kind;
  std::optional<std::string> tenant;                                    ///< nullopt: of all
  std::vector<std::pair<std::string_view, model::Column>> equal;
  std::optional<std::pair<std::string_view, std::int64_t>> at_most;     ///< integer column <= value; rows without a value do not match
  std::string after;                                                    ///< id; empty: from the start
  int limit = 100;
  bool by_due = false;  ///< in the order of the column of `at_most`; `after` is empty then
};

/// Events in the order of their sequence, those behind `after`.
struct EventQuery {
  std::optional<std::string> tenant = std::nullopt;  ///< nullopt: of all
  std::int64_t after = 0;  ///< sequence
  int limit = 100;
  std::string connection;  ///< empty: any
  std::string credential;  ///< empty: any
  std::string integration;  ///< empty: any
  std::string type;  ///< empty: any
  std::string id;  ///< of one event; empty: any
  std::optional<model::WallTime> since;  ///< occurred then or later
  std::optional<model::WallTime> until;  ///< occurred before
};

/// Where records live. Thread safe. Every answer resumes on the caller's executor.
///
/// Errors: kStoreUnavailable (cannot be reached, disk full or read-only), kStoreBusy (the bounded write queue is full),
/// kIntegrity (corrupt). apply() besides: kPreconditionFailed (an Expect or ExpectAbsent did not hold), kQuotaExceeded,
/// kConflict (a unique column is taken, or a lease is held by another). After kStoreUnavailable of an apply() the unit
/// may or may not be there: read again before deciding.
class Store {
 public:
  virtual ~Store() = default;
  virtual Answer<std::optional<model::Row>> get(model::Kind kind, std::string id) = 0;
  virtual Answer<std::vector<model::Row>> find(Query query) = 0;
  virtual Answer<std::int64_t> count(Query query) = 0;
  /// Durable when it answers.
  virtual Answer<void> apply(Unit unit) = 0;

  virtual Answer<std::vector<model::Event>> events(EventQuery query) = 0;
  /// Entries behind `after` (sequence) of one tenant's chain, oldest first.
  virtual Answer<std::vector<model::AuditEntry>> audit(std::string tenant, std::int64_t after, int limit) = 0;
};

}  // namespace valetkey::ports
