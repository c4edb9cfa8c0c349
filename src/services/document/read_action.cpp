#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostForms = 16;

ActionForm read_form(JsonReader& reader, Reading& reading) {
  ActionForm out;
  out.when = read_conditions(reader, "when", reading);
  if (auto parse = reader.optional_object("parse")) out.parse = read_parse_rule(*parse, reading);
  else reader.error("parse", "is required");
  if (!out.parse.split.empty() || out.parse.lists) reader.error("parse", "a click is one: it is not split");
  if (!reader.has("type")) reader.error("type", "is required");
  out.type = read_expression(reader, "type", reading);
  out.action_id = read_expression(reader, "action_id", reading);
  out.app_user_id = read_expression(reader, "app_user_id", reading, Sight::kUsers);
  out.id = read_expression(reader, "id", reading);
  out.response_url = read_expression(reader, "response_url", reading);
  if (auto path = read_path(reader, "payload"); !path.empty()) out.payload = std::move(path);
  if (auto reply = reader.optional_object("reply")) {
    out.reply = read_reply(*reply, reading, {});
    reply->finish();
  }
  out.needs_reply = reader.optional_bool("needs_reply").value_or(false);
  reader.finish();
  return out;
}

}  // namespace

void read_action_part(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  auto inner = reader.optional_object("action");
  if (!inner) return;
  ActionRule rule;
  rule.deadline = read_seconds(*inner, "deadline", 1, 60).value_or(rule.deadline);
  for (auto& each : inner->objects("forms", kMostForms)) rule.forms.push_back(read_form(each, reading));
  if (rule.forms.empty()) inner->error("forms", "is required");
  inner->finish();
  out.action = std::move(rule);
}

}  // namespace valetkey::services
