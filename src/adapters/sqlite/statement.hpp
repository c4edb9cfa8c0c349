#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/row.hpp"

struct sqlite3_stmt;

namespace valetkey::adapters::sqlite {

/// One use of a prepared statement that its connection keeps: binds from left to right, steps, and is reset at the end.
/// Bound text is not copied: it outlives this object.
class Statement {
 public:
  Statement(sqlite3_stmt* handle, std::string_view doing) : handle_(handle), doing_(doing) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(std::int64_t number);
  Statement& bind(std::string_view text);
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_null();
  Statement& bind_column(const model::Column& column);
  /// Null where the text is empty.
  Statement& bind_optional(std::string_view text);

  /// True while there is a row.
  model::Result<bool> step();
  /// Steps to the end.
  model::Result<void> run();

  /// Columns of the current row, from 0.
  [[nodiscard]] std::int64_t integer(int at) const;
  [[nodiscard]] std::string text(int at) const;
  [[nodiscard]] std::string blob(int at) const;
  [[nodiscard]] model::Column column(int at) const;

 private:
  void note(int code);

  sqlite3_stmt* handle_;
  std::string_view doing_;  // static storage
  int next_ = 1;
  int failed_ = 0;
};

}  // namespace valetkey::adapters::sqlite
