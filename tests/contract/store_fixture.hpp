#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <ostream>

#include "contract/store_harness.hpp"
#include "support/run_task.hpp"

namespace valetkey::test {

using model::Code;
using model::Kind;

/// A row of `kind` whose columns hold its id and their own place, so that they are unique and recognisable.
inline model::Row make_row(Kind kind, std::string id, std::string tenant = "ten_a") {
  model::Row row{.kind = kind, .tenant = std::move(tenant), .id = std::move(id), .doc = "{}"};
  std::int64_t number = 1;
  for (const auto& column : model::facts(kind).columns) {
    if (column.type == model::ColumnType::kInteger) row.columns.emplace_back(number++);
    else row.columns.emplace_back(std::string(column.name) + " of " + row.id);
  }
  return row;
}

/// The same with one column set.
inline model::Row with(model::Row row, std::string_view name, model::Column value) {
  const auto columns = model::facts(row.kind).columns;
  const auto column = std::ranges::find(columns, name, &model::ColumnFacts::name);
  row.columns.at(static_cast<std::size_t>(column - columns.begin())) = std::move(value);
  return row;
}

inline ports::Unit put(std::vector<model::Row> rows) {
  ports::Unit unit;
  for (auto& row : rows) unit.writes.emplace_back(ports::Put{std::move(row)});
  return unit;
}

inline ports::Unit unit_of(std::vector<ports::Write> writes) { return {.writes = std::move(writes)}; }

inline model::Event make_event(std::string id, std::string tenant = "ten_a") {
  return {.id = model::EventId{std::move(id)}, .tenant = model::TenantId{std::move(tenant)}, .type = "connection.created", .payload = "{}"};
}

inline model::AuditEntry make_entry(std::string action, std::string tenant = "ten_a") {
  return {.tenant = model::TenantId{std::move(tenant)}, .actor = "key_1", .action = std::move(action), .target = "conn_1", .detail = "{}"};
}

/// The sequence of the first entry whose hash does not follow from the one before it, or 0.
inline std::int64_t first_broken(const std::vector<model::AuditEntry>& chain) {
  std::string previous;
  std::int64_t sequence = 0;
  for (const auto& entry : chain) {
    if (entry.sequence != ++sequence || entry.hash != model::chained_hash(previous, entry)) return sequence;
    previous = entry.hash;
  }
  return 0;
}

/// ok, or the code of an error and its detail: what an assertion prints.
template <class T>
std::string outcome(const model::Result<T>& result) {
  return result ? "ok" : std::string(model::facts(result.error().code).code);
}

/// The outcomes of units that were begun together.
inline std::vector<std::string> outcomes(const std::vector<model::Result<void>>& results) {
  std::vector<std::string> out;
  out.reserve(results.size());
  for (const auto& result : results) out.push_back(outcome(result));
  return out;
}

class StoreFixture : public testing::TestWithParam<HarnessFactory> {
 protected:
  void make(StoreSetup setup = {}) { harness_ = GetParam()(std::move(setup)); }
  void SetUp() override { make(); }

  ports::Store& store() { return harness_->store(); }
  StoreHarness& harness() { return *harness_; }

  model::Result<void> apply(ports::Unit unit) { return run(store().apply(std::move(unit))); }
  model::Result<std::vector<model::Row>> find(ports::Query query) { return run(store().find(std::move(query))); }
  std::int64_t count(ports::Query query) { return run(store().count(std::move(query))).value(); }
  std::optional<model::Row> get(Kind kind, std::string id) { return run(store().get(kind, std::move(id))).value(); }
  bool has(Kind kind, std::string id) { return get(kind, std::move(id)).has_value(); }

  std::vector<std::string> ids(ports::Query query) {
    std::vector<std::string> out;
    for (const auto& row : find(std::move(query)).value()) out.push_back(row.id);
    return out;
  }

  /// Begins all units before any of them is answered, in their order; `meanwhile` runs when all are begun.
  std::vector<model::Result<void>> apply_together(std::vector<ports::Unit> units, const std::function<void()>& meanwhile = {}) {
    boost::asio::io_context context;
    std::vector<model::Result<void>> results(units.size());
    for (std::size_t i = 0; i < units.size(); ++i)
      boost::asio::co_spawn(context, store().apply(std::move(units[i])),
                            [&results, i](std::exception_ptr, model::Result<void> result) { results[i] = std::move(result); });
    context.poll();
    if (meanwhile) meanwhile();
    context.run();
    return results;
  }

 private:
  std::unique_ptr<StoreHarness> harness_;
};

}  // namespace valetkey::test
