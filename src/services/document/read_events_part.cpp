#include <set>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostTypes = 32;
constexpr std::int64_t kMonth = 30LL * 86400;

EventRule read_event(JsonReader& reader, Reading& reading) {
  EventRule out;
  if (!reader.has("type")) reader.error("type", "is required");
  out.type = read_expression(reader, "type", reading);
  out.id = read_expression(reader, "id", reading);
  out.window = read_seconds(reader, "window", 1, kMonth);
  out.app_user_id = read_expression(reader, "app_user_id", reading, Sight::kUsers);
  if (auto path = read_path(reader, "payload"); !path.empty()) out.payload = std::move(path);
  out.occurred_at = read_time(reader, "occurred_at", reading, Sight::kRequest);
  out.skip_when = read_checks(reader, "skip_when", reading);
  out.valid_when = read_checks(reader, "valid_when", reading);
  reader.finish();
  return out;
}

Acknowledgement read_acknowledgement(JsonReader& reader, Reading& reading) {
  Acknowledgement out;
  out.reply = read_reply(reader, reading, {});
  out.deadline = read_seconds(reader, "deadline", 1, 60);
  std::set<std::string> types;
  for (auto& each : reader.objects("by_type", kMostTypes)) {
    TypedReply typed;
    typed.type = each.required_string("type");
    if (!types.insert(typed.type).second) each.error("type", "has a reply already");
    typed.reply = read_reply(each, reading, {});
    each.finish();
    out.by_type.push_back(std::move(typed));
  }
  reader.finish();
  return out;
}

}  // namespace

ParseRule read_parse_rule(JsonReader& reader, Reading&) {
  ParseRule out;
  read_choice(reader, "format", out.format);
  out.field = reader.string_or("field", "", {.least = 1, .most = 256});
  out.path = read_path(reader, "path");
  out.split = read_path(reader, "split");
  out.lists = reader.optional_bool("lists").value_or(false);
  const auto needs_field = out.format == BodyFormat::kFormJson;
  const auto needs_path = out.format == BodyFormat::kBase64Json;
  if (needs_field == out.field.empty()) reader.error("field", needs_field ? "is required for form_json" : "is for form_json only");
  if (needs_path == out.path.empty()) reader.error("path", needs_path ? "is required for base64_json" : "is for base64_json only");
  const auto has_lists = out.format == BodyFormat::kJson || out.format == BodyFormat::kFormJson;
  if (!out.split.empty() && !has_lists) reader.error("split", "only json and form_json hold lists");
  if (out.lists && !has_lists) reader.error("lists", "only json and form_json hold lists");
  if (out.lists && !out.split.empty()) reader.error("lists", "a document has split or lists");
  reader.finish();
  return out;
}

void read_events_part(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  if (auto parse = reader.optional_object("parse")) out.parse = read_parse_rule(*parse, reading);
  if (auto event = reader.optional_object("event")) out.event = read_event(*event, reading);
  if (auto acknowledge = reader.optional_object("acknowledge")) out.acknowledge = read_acknowledgement(*acknowledge, reading);
  if (out.event && !out.parse) reader.error("parse", "is required beside event");
  if (out.parse && !out.event) reader.error("event", "is required beside parse");
  if (out.acknowledge && !out.event) reader.error("acknowledge", "answers events: event is required");
}

}  // namespace valetkey::services
