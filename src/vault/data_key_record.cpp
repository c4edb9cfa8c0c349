#include "vault/data_key_record.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/json_reader.hpp"

namespace valetkey::vault {
namespace {

namespace json = boost::json;
using model::Code;

constexpr std::string_view kPointer = "pointer";  ///< the state of a row that names the current key

std::string text_of(const model::Row& row, std::size_t column) {
  const auto* text = column < row.columns.size() ? std::get_if<std::string>(&row.columns[column]) : nullptr;
  return text ? *text : std::string();
}
std::string purpose_of(const model::Row& row) { return text_of(row, 0); }
std::string state_of(const model::Row& row) { return text_of(row, 1); }

std::unexpected<model::Error> unreadable(const model::Row& row, std::string_view why) {
  return model::fail(Code::kIntegrity, fmt::format("record data_keys {} cannot be read: {}", row.id, why));
}

model::Result<std::vector<Wrap>> wraps_of(const model::Row& row, const json::object& doc) {
  const auto* list = doc.if_contains("wraps");
  if (list == nullptr || !list->is_array()) return unreadable(row, "no list of wraps");
  std::vector<Wrap> wraps;
  for (const auto& item : list->as_array()) {
    const auto* root = model::at_path(item, "root");
    const auto* wrapped = model::at_path(item, "wrapped");
    if (root == nullptr || wrapped == nullptr || !root->is_string() || !wrapped->is_string()) return unreadable(row, "a wrap is broken");
    auto bytes = model::from_base64(wrapped->as_string());
    if (!bytes) return unreadable(row, "a wrap is not base64");
    wraps.push_back({std::string(root->as_string()), std::move(*bytes)});
  }
  return wraps;
}

}  // namespace

std::string_view to_string(Purpose purpose) { return purpose == Purpose::kSecrets ? "secrets" : "events"; }
std::string_view to_string(KeyState state) { return state == KeyState::kCurrent ? "current" : "retired"; }

model::Row to_row(const DataKeyRecord& record) {
  json::array wraps;
  for (const auto& wrap : record.wraps) wraps.push_back(json::object{{"root", wrap.root}, {"wrapped", model::to_base64(wrap.wrapped)}});
  json::object doc{{"wraps", std::move(wraps)}, {"seals_reserved", record.seals_reserved}};
  if (record.retired_at) doc["retired_at"] = model::to_unix_ms(*record.retired_at);
  return {.kind = model::Kind::kDataKey,
          .tenant = record.tenant,
          .id = record.id,
          .revision = record.revision,
          .columns = {record.purpose, std::string(to_string(record.state))},
          .doc = json::serialize(doc)};
}

model::Result<DataKeyRecord> data_key_from_row(const model::Row& row) {
  const auto parsed = model::parse_json(row.doc);
  if (!parsed || !parsed->is_object()) return unreadable(row, "not a JSON object");
  const auto& doc = parsed->as_object();
  auto wraps = wraps_of(row, doc);
  if (!wraps) return model::fail(std::move(wraps.error()));

  DataKeyRecord record{
      .id = row.id, .tenant = row.tenant, .purpose = purpose_of(row), .revision = row.revision, .wraps = std::move(*wraps)};
  if (state_of(row) == to_string(KeyState::kRetired)) record.state = KeyState::kRetired;
  else if (state_of(row) != to_string(KeyState::kCurrent)) return unreadable(row, "its state is unknown");
  const auto* reserved = doc.if_contains("seals_reserved");
  if (reserved == nullptr || !reserved->is_int64() || reserved->as_int64() < 0) return unreadable(row, "no count of seals");
  record.seals_reserved = reserved->as_int64();
  if (const auto* at = doc.if_contains("retired_at"); at != nullptr && at->is_int64())
    record.retired_at = model::from_unix_ms(at->as_int64());
  return record;
}

std::string wrap_context(const DataKeyRecord& record) {
  return model::length_prefixed({"valetkey data key", record.id, record.tenant, record.purpose});
}

std::string current_key_id(std::string_view purpose, std::string_view tenant) { return fmt::format("current/{}/{}", purpose, tenant); }

model::Row to_row(const CurrentKeyRecord& record) {
  return {.kind = model::Kind::kDataKey,
          .tenant = record.tenant,
          .id = current_key_id(record.purpose, record.tenant),
          .revision = record.revision,
          .columns = {record.purpose, std::string(kPointer)},
          .doc = json::serialize(json::object{{"data_key", record.data_key}})};
}

model::Result<CurrentKeyRecord> current_key_from_row(const model::Row& row) {
  const auto parsed = model::parse_json(row.doc);
  const auto* named = parsed ? model::at_path(*parsed, "data_key") : nullptr;
  if (!is_current_key_row(row) || named == nullptr || !named->is_string()) return unreadable(row, "it names no key");
  return CurrentKeyRecord{
      .tenant = row.tenant, .purpose = purpose_of(row), .revision = row.revision, .data_key = std::string(named->as_string())};
}

bool is_current_key_row(const model::Row& row) { return state_of(row) == kPointer; }

}  // namespace valetkey::vault
