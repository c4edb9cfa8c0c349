#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace valetkey::test {

/// A database file in a directory of its own that is removed at the end, and a way past the store to what it holds.
class SqliteTestFile {
 public:
  SqliteTestFile();
  SqliteTestFile(const SqliteTestFile&) = delete;
  ~SqliteTestFile();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path path() const { return directory_ / "valetkey.db"; }

  /// Every value of every row that `sql` gives, as text, on a connection of its own. Throws when SQLite refuses.
  std::vector<std::string> query(const std::string& sql) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace valetkey::test
