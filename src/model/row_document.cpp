#include "model/row_document.hpp"

#include <fmt/format.h>

namespace valetkey::model {
namespace {

bool fits(const Column& column, ColumnType type) {
  if (std::holds_alternative<std::monostate>(column)) return true;
  return type == ColumnType::kInteger ? std::holds_alternative<std::int64_t>(column) : std::holds_alternative<std::string>(column);
}

bool has_its_columns(const Row& row, Kind kind) {
  const auto& columns = facts(kind).columns;
  if (row.kind != kind || row.columns.size() != columns.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!fits(row.columns[i], columns[i].type)) return false;
  return true;
}

}  // namespace

Column text_column(std::string_view text) { return text.empty() ? Column{} : Column{std::string(text)}; }

std::string text_of(const Column& column) {
  const auto* text = std::get_if<std::string>(&column);
  return text == nullptr ? std::string{} : *text;
}

Column time_column(const std::optional<WallTime>& time) { return time ? Column{to_unix_ms(*time)} : Column{}; }

std::optional<WallTime> time_of(const Column& column) {
  const auto* ms = std::get_if<std::int64_t>(&column);
  if (ms == nullptr) return std::nullopt;
  return from_unix_ms(*ms);
}

std::int64_t integer_of(const Column& column) {
  const auto* number = std::get_if<std::int64_t>(&column);
  return number == nullptr ? 0 : *number;
}

Error unreadable_row(Kind kind, const std::vector<FieldError>& errors) {
  std::string where;
  for (const auto& error : errors) where += fmt::format("{}{} {}", where.empty() ? "" : ", ", error.pointer, error.detail);
  return Error{
      .code = Code::kIntegrity, .detail = fmt::format("read a record of {}: it is not readable", facts(kind).table), .log = {where}};
}

Result<void> check_row(const Row& row, Kind kind, boost::json::value& json) {
  if (!has_its_columns(row, kind)) return fail(unreadable_row(kind, {{"", "its columns are not those of its kind"}}));
  auto parsed = parse_json(row.doc);
  if (!parsed) return fail(unreadable_row(kind, {{"", parsed.error().detail}}));
  if (!parsed->is_object()) return fail(unreadable_row(kind, {{"", "its document is not an object"}}));
  json = std::move(*parsed);
  return {};
}

}  // namespace valetkey::model
