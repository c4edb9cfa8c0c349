#pragma once
#include "model/records.hpp"
#include "ports/store.hpp"
#include "vault/key_ring.hpp"

namespace valetkey::vault {

/// Typed records on the store. Protected kinds carry a MAC that is written by `put` and checked by every read (S41).
class Records {
 public:
  Records(ports::Store& store, const KeyRing& keys) : store_(store), keys_(keys) {}

  /// kNotFound when there is none or when it belongs to another tenant: the two must look alike (DESIGN 8).
  template <class Record>
  ports::Answer<Record> load(model::TenantId tenant, std::string id) const {
    auto row = co_await checked_get(model::kKindOf<Record>, std::move(id));
    if (!row) co_return model::fail(std::move(row.error()));
    if (row->tenant != tenant.str()) co_return not_found(row->kind);
    co_return model::from_row<Record>(*row);
  }

  /// Whoever owns it: only for the broker's own work and for keys, never with an id from a caller.
  template <class Record>
  ports::Answer<Record> load_any(std::string id) const {
    auto row = co_await checked_get(model::kKindOf<Record>, std::move(id));
    if (!row) co_return model::fail(std::move(row.error()));
    co_return model::from_row<Record>(*row);
  }

  /// query.kind is set here.
  template <class Record>
  ports::Answer<std::vector<Record>> find(ports::Query query) const {
    query.kind = model::kKindOf<Record>;
    auto rows = co_await checked_find(std::move(query));
    if (!rows) co_return model::fail(std::move(rows.error()));
    std::vector<Record> records;
    for (const auto& row : *rows) {
      auto record = model::from_row<Record>(row);
      if (!record) co_return model::fail(std::move(record.error()));
      records.push_back(std::move(*record));
    }
    co_return records;
  }

  template <class Record>
  [[nodiscard]] ports::Put put(const Record& record) const {
    return {with_mac(model::to_row(record))};
  }

  /// Adds to `unit`: the row is still the one that was read (its revision).
  template <class Record>
  static ports::Expect unchanged(const Record& record) {
    return {model::kKindOf<Record>, model::to_row(record).id, "revision", record.revision};
  }

  [[nodiscard]] ports::Store& store() const { return store_; }

 private:
  ports::Answer<model::Row> checked_get(model::Kind kind, std::string id) const;
  ports::Answer<std::vector<model::Row>> checked_find(ports::Query query) const;
  [[nodiscard]] model::Row with_mac(model::Row row) const;
  static std::unexpected<model::Error> not_found(model::Kind kind);

  ports::Store& store_;
  const KeyRing& keys_;
};

}  // namespace valetkey::vault
