#include "adapters/sqlite/statement.hpp"

#include <sqlite3.h>

#include <utility>

#include "adapters/sqlite/sqlite_error.hpp"

namespace valetkey::adapters::sqlite {

Statement::Statement(Statement&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      doing_(other.doing_),
      next_(other.next_),
      failed_(other.failed_) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

void Statement::note(int code) {
  ++next_;
  if (code != SQLITE_OK && failed_ == 0) failed_ = code;
}

Statement& Statement::bind(std::int64_t number) {
  note(sqlite3_bind_int64(handle_, next_, number));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL, and an empty view may hold one.
  note(sqlite3_bind_text64(handle_, next_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  note(sqlite3_bind_blob64(handle_, next_, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null() {
  note(sqlite3_bind_null(handle_, next_));
  return *this;
}

Statement& Statement::bind_column(const model::Column& column) {
  if (const auto* number = std::get_if<std::int64_t>(&column)) return bind(*number);
  if (const auto* text = std::get_if<std::string>(&column)) return bind(std::string_view(*text));
  return bind_null();
}

Statement& Statement::bind_optional(std::string_view text) { return text.empty() ? bind_null() : bind(text); }

model::Result<bool> Statement::step() {
  const int code = failed_ != 0 ? failed_ : sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return model::fail(error_of(sqlite3_db_handle(handle_), code, doing_));
}

model::Result<void> Statement::run() {
  for (;;) {
    auto more = step();
    if (!more) return model::fail(std::move(more.error()));
    if (!*more) return {};
  }
}

std::int64_t Statement::integer(int at) const { return sqlite3_column_int64(handle_, at); }

std::string Statement::text(int at) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, at));
  return bytes == nullptr ? std::string{} : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, at)));
}

std::string Statement::blob(int at) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, at));
  return bytes == nullptr ? std::string{} : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, at)));
}

model::Column Statement::column(int at) const {
  switch (sqlite3_column_type(handle_, at)) {
    case SQLITE_INTEGER: return integer(at);
    case SQLITE_TEXT: return text(at);
    default: return {};
  }
}

}  // namespace valetkey::adapters::sqlite
