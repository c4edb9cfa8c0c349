#pragma once
#include <fstream>
#include <iterator>

#include "adapters/sqlite/sqlite_store.hpp"
#include "contract/sqlite_test_file.hpp"
#include "contract/store_fixture.hpp"

namespace valetkey::test {

using adapters::sqlite::SqliteOptions;
using adapters::sqlite::SqliteStore;

/// A store over a file of its own, for tests of what only SQLite has.
struct SqliteTestStore {
  SqliteTestFile file;
  SteppedClock clock;
  RecordingBus bus;
  std::unique_ptr<SqliteStore> store;

  model::Result<std::unique_ptr<SqliteStore>> try_open(SqliteOptions options = {}) {
    return SqliteStore::open(file.path(), clock, bus, std::move(options));
  }
  SqliteStore& open(SqliteOptions options = {}) {
    store.reset();
    auto opened = try_open(std::move(options));
    if (!opened) throw std::runtime_error(opened.error().detail + " " + opened.error().log.text);
    store = std::move(*opened);
    return *store;
  }
  model::Result<void> apply(ports::Unit unit) const { return run(store->apply(std::move(unit))); }
};

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline int mode_of(const std::filesystem::path& path) { return static_cast<int>(std::filesystem::status(path).permissions()); }

}  // namespace valetkey::test
