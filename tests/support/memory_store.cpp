#include "support/memory_store.hpp"

#include <algorithm>
#include <stdexcept>

namespace valetkey::test {
namespace {

using model::Code;

std::unexpected<model::Error> away() { return model::fail(Code::kStoreUnavailable, "the store is away"); }

model::Column column_of(const model::Row& row, std::string_view name) {
  if (name == "revision") return row.revision;
  const auto columns = model::facts(row.kind).columns;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == name) return i < row.columns.size() ? row.columns[i] : model::Column{};
  throw std::logic_error("no column " + std::string(name));
}

bool is_wanted(const model::Row& row, const ports::Query& query) {
  if (row.kind != query.kind || row.id <= query.after || (query.tenant && row.tenant != *query.tenant)) return false;
  for (const auto& [name, value] : query.equal)
    if (column_of(row, name) != value) return false;
  if (!query.at_most) return true;
  const auto value = column_of(row, query.at_most->first);
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr && *number <= query.at_most->second;
}

using Rows = MemoryStore::Rows;

struct Check {
  const Rows& rows;

  std::optional<model::Error> operator()(const ports::Expect& expect) const {
    const auto found = rows.find({expect.kind, expect.id});
    if (found != rows.end() && column_of(found->second, expect.column) == expect.value) return std::nullopt;
    return model::Error{.code = Code::kPreconditionFailed, .detail = "row " + expect.id + " is not as expected"};
  }
  std::optional<model::Error> operator()(const ports::ExpectAbsent& expect) const {
    if (!rows.contains({expect.kind, expect.id})) return std::nullopt;
    return model::Error{.code = Code::kPreconditionFailed, .detail = "row " + expect.id + " exists"};
  }
  std::optional<model::Error> operator()(const ports::ExpectFewer& expect) const {
    std::int64_t count = 0;
    for (const auto& [key, row] : rows) count += row.kind == expect.kind && row.tenant == expect.tenant ? 1 : 0;
    if (count <= expect.most) return std::nullopt;
    return model::Error{.code = Code::kQuotaExceeded, .detail = "too many rows"};
  }
};

struct Change {
  Rows& rows;

  void operator()(ports::Put& put) const {
    auto& row = rows[{put.row.kind, put.row.id}];
    put.row.revision = row.revision + 1;
    row = std::move(put.row);
  }
  void operator()(const ports::Erase& erase) const { rows.erase({erase.kind, erase.id}); }
  void operator()(const ports::EraseTenant& erase) const {
    std::erase_if(rows, [&](const auto& entry) { return entry.second.tenant == erase.tenant; });
  }
  template <class Other>
  void operator()(const Other&) const {
    throw std::logic_error("the memory store does not know this write");
  }
};

}  // namespace

ports::Answer<std::optional<model::Row>> MemoryStore::get(model::Kind kind, std::string id) {
  const std::lock_guard lock(mutex_);
  if (is_away_) co_return away();
  const auto found = rows_.find({kind, id});
  if (found == rows_.end()) co_return std::nullopt;
  co_return found->second;
}

ports::Answer<std::vector<model::Row>> MemoryStore::find(ports::Query query) {
  const std::lock_guard lock(mutex_);
  if (is_away_) co_return away();
  std::vector<model::Row> found;
  for (const auto& [key, row] : rows_)
    if (is_wanted(row, query)) found.push_back(row);
  if (query.by_due && query.at_most)
    std::ranges::sort(found, {}, [&](const model::Row& row) {
      return std::pair(std::get<std::int64_t>(column_of(row, query.at_most->first)), std::string_view(row.id));
    });
  if (std::cmp_greater(found.size(), query.limit)) found.resize(static_cast<std::size_t>(query.limit));
  co_return found;
}

ports::Answer<std::int64_t> MemoryStore::count(ports::Query query) {
  const std::lock_guard lock(mutex_);
  if (is_away_) co_return away();
  std::int64_t count = 0;
  for (const auto& [key, row] : rows_) count += is_wanted(row, query) ? 1 : 0;
  co_return count;
}

ports::Answer<void> MemoryStore::apply(ports::Unit unit) {
  if (const auto ask = before_apply)  // a copy, so that it may replace itself
    if (auto error = ask(unit)) co_return model::fail(std::move(*error));
  const std::lock_guard lock(mutex_);
  if (is_away_) co_return away();
  for (const auto& precondition : unit.preconditions)
    if (auto error = std::visit(Check{rows_}, precondition)) co_return model::fail(std::move(*error));
  for (auto& write : unit.writes) std::visit(Change{rows_}, write);
  ++units_applied_;
  co_return model::Result<void>{};
}

ports::Answer<std::vector<model::Event>> MemoryStore::events(ports::EventQuery) { co_return std::vector<model::Event>{}; }
ports::Answer<std::vector<model::AuditEntry>> MemoryStore::audit(std::string, std::int64_t, int) {
  co_return std::vector<model::AuditEntry>{};
}

void MemoryStore::set_away(bool is_away) {
  const std::lock_guard lock(mutex_);
  is_away_ = is_away;
}

MemoryStore::Rows MemoryStore::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

void MemoryStore::tamper(model::Kind kind, const std::string& id, const std::function<void(model::Row&)>& change) {
  const std::lock_guard lock(mutex_);
  change(rows_.at({kind, id}));
}

int MemoryStore::units_applied() const {
  const std::lock_guard lock(mutex_);
  return units_applied_;
}

}  // namespace valetkey::test
