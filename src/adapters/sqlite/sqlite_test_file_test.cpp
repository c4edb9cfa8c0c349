#include <sqlite3.h>
#include <stdlib.h>

#include <stdexcept>

#include "contract/sqlite_test_file.hpp"

namespace valetkey::test {

SqliteTestFile::SqliteTestFile() {
  auto name = (std::filesystem::temp_directory_path() / "valetkey-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory for the test");
  directory_ = name;
}

SqliteTestFile::~SqliteTestFile() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::vector<std::string> SqliteTestFile::query(const std::string& sql) const {
  sqlite3* handle = nullptr;
  std::vector<std::string> values;
  const auto take = [](void* out, int count, char** texts, char**) {
    for (int i = 0; i < count; ++i) static_cast<std::vector<std::string>*>(out)->emplace_back(texts[i] == nullptr ? "" : texts[i]);
    return 0;
  };
  int code = sqlite3_open(path().c_str(), &handle);
  sqlite3_busy_timeout(handle, 5'000);
  if (code == SQLITE_OK) code = sqlite3_exec(handle, sql.c_str(), take, &values, nullptr);
  const std::string message = sqlite3_errmsg(handle);
  sqlite3_close(handle);
  if (code != SQLITE_OK) throw std::runtime_error(message + ": " + sql);
  return values;
}

}  // namespace valetkey::test
