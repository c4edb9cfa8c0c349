#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/sqlite/statement.hpp"
#include "model/error.hpp"

struct sqlite3;

namespace valetkey::adapters::sqlite {

enum class Access {
  kWrite,    ///< the one writer
  kRead,     ///< never writes, shares the write-ahead log
  kInspect,  ///< a look at a file that may not be ours: opened read-only, nothing is set up
  kFill,     ///< a fresh file that a backup is copied into: nothing is set up
};

/// One connection to a database file, used by one thread at a time, with its prepared statements.
class Connection {
 public:
  /// The file must exist.
  static model::Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, Access access);
  Connection(const Connection&) = delete;
  ~Connection();

  /// Runs a script without results.
  model::Result<void> execute(const std::string& script, std::string_view doing);
  /// The kept statement of `sql`, prepared at its first use. `doing` (static storage) opens the detail of its errors.
  model::Result<Statement> prepare(std::string_view sql, std::string_view doing);
  /// The first column of the first row of `sql`, 0 when there is none.
  model::Result<std::int64_t> integer_of(std::string_view sql, std::string_view doing);

  /// Rows that the last statement changed itself, without those of triggers.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] sqlite3* handle() const { return handle_; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  explicit Connection(sqlite3* handle) : handle_(handle) {}

  sqlite3* handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, Hash, std::equal_to<>> statements_;
};

}  // namespace valetkey::adapters::sqlite
