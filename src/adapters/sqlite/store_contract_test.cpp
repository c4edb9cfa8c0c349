#include "adapters/sqlite/sqlite_store.hpp"
#include "contract/sqlite_test_file.hpp"
#include "contract/store_leases_suite.hpp"
#include "contract/store_log_suite.hpp"
#include "contract/store_rows_suite.hpp"
#include "contract/store_threads_suite.hpp"
#include "contract/store_units_suite.hpp"

namespace valetkey::test {
namespace {

class SqliteHarness final : public StoreHarness {
 public:
  explicit SqliteHarness(StoreSetup setup) : setup_(std::move(setup)) { reopen(); }

  ports::Store& store() override { return *store_; }
  std::uint64_t commits() override { return store_->commits(); }

  void reopen() override {
    store_.reset();
    auto opened = adapters::sqlite::SqliteStore::open(
        file_.path(), clock, bus, {.max_waiting_writes = setup_.max_waiting_writes, .before_commit = setup_.before_commit});
    if (!opened) throw std::runtime_error(opened.error().detail + " " + opened.error().log.text);
    store_ = std::move(*opened);
  }

  std::vector<std::string> every_value() override {
    std::vector<std::string> values;
    for (const auto& table : file_.query("SELECT name FROM sqlite_schema WHERE type = 'table'"))
      for (auto& value : file_.query("SELECT * FROM \"" + table + "\"")) values.push_back(std::move(value));
    return values;
  }

 private:
  StoreSetup setup_;
  SqliteTestFile file_;
  std::unique_ptr<adapters::sqlite::SqliteStore> store_;
};

const auto kSqlite = testing::Values(HarnessFactory([](StoreSetup setup) { return std::make_unique<SqliteHarness>(std::move(setup)); }));

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreRows, kSqlite);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreUnits, kSqlite);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreLeases, kSqlite);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreLog, kSqlite);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreThreads, kSqlite);

}  // namespace
}  // namespace valetkey::test
