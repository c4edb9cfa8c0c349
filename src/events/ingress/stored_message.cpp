#include "events/ingress/stored_message.hpp"

#include <boost/json.hpp>

#include "model/json_reader.hpp"

namespace valetkey::events {
namespace {

namespace json = boost::json;

json::object document_of(const StoredMessage& stored) {
  const auto& message = stored.message;
  json::object out{{"valid_request", message.valid_request},
                   {"app_user_ids", json::array(message.app_user_ids.begin(), message.app_user_ids.end())},
                   {"event_type", message.event_type},
                   {"event_payload", stored.payload.empty() ? json::serialize(message.event_payload) : stored.payload},
                   {"event_id", message.event_id},
                   {"unsigned", json::array(message.unsigned_members.begin(), message.unsigned_members.end())}};
  if (message.occurred_at) out["occurred_at"] = model::to_rfc3339(*message.occurred_at);
  if (!stored.action_id.empty()) out["action_id"] = stored.action_id;
  if (!stored.response_url.empty()) out["response_url"] = stored.response_url;
  if (stored.possible_replay) out["possible_replay"] = true;
  if (stored.has_connection) out["has_connection"] = true;
  return out;
}

constexpr std::size_t kMostUsers = 1'000'000;  // whatever was stored is read again
constexpr model::TextLimits kAnyText{.most = std::size_t{1} << 26};

StoredMessage message_of(model::JsonReader reader) {
  StoredMessage stored;
  auto& message = stored.message;
  message.valid_request = reader.optional_bool("valid_request").value_or(true);
  message.app_user_ids = reader.optional_strings("app_user_ids", kMostUsers, kAnyText).value_or(std::vector<std::string>{});
  message.event_type = reader.string_or("event_type", "", kAnyText);
  // A text in the text: its depth is its own, and nobody reads it on the way to the outbox.
  stored.payload = reader.string_or("event_payload", "null", kAnyText);
  message.event_id = reader.string_or("event_id", "", kAnyText);
  message.unsigned_members = reader.optional_strings("unsigned", kMostUsers, kAnyText).value_or(std::vector<std::string>{});
  if (const auto at = reader.optional_string("occurred_at")) message.occurred_at = model::parse_rfc3339(*at);
  stored.action_id = reader.string_or("action_id", "", kAnyText);
  stored.response_url = reader.string_or("response_url", "", kAnyText);
  stored.possible_replay = reader.optional_bool("possible_replay").value_or(false);
  stored.has_connection = reader.optional_bool("has_connection").value_or(false);
  return stored;
}

}  // namespace

std::string messages_text(const std::vector<StoredMessage>& messages) {
  json::array out;
  for (const auto& stored : messages) out.push_back(document_of(stored));
  return json::serialize(out);
}

model::Result<std::vector<StoredMessage>> read_messages(std::string_view text) {
  const auto unreadable = [] { return model::fail(model::Code::kIntegrity, "the messages of a received request cannot be read"); };
  auto parsed = model::parse_json(text);
  if (!parsed || !parsed->is_array()) return unreadable();
  std::vector<StoredMessage> out;
  for (const auto& item : parsed->as_array()) {
    if (!item.is_object()) return unreadable();
    std::vector<model::FieldError> errors;
    out.push_back(message_of(model::JsonReader(item.as_object(), "", errors)));
    if (!errors.empty()) return unreadable();
  }
  return out;
}

}  // namespace valetkey::events
