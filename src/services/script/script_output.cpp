#include "services/script/script_output.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "model/json_reader.hpp"
#include "services/script/script_reply.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using model::JsonReader;
using model::Result;

constexpr model::TextLimits kId{.least = 0, .most = 512};
constexpr model::TextLimits kCode{.least = 1, .most = 64};
constexpr std::size_t kMostMessages = 1'000;
constexpr std::size_t kMostUsers = 100;
constexpr std::int64_t kLongestReplay = 7 * 86'400;  // seconds
constexpr std::array<std::pair<std::string_view, Outcome>, 3> kOutcomes{
    {{"verified", Outcome::kVerified}, {"rejected", Outcome::kRejected}, {"challenge", Outcome::kChallenge}}};
constexpr std::array<std::pair<std::string_view, ports::TokenVerdict>, 3> kTokenOutcomes{
    {{"valid", ports::TokenVerdict::kValid}, {"invalid", ports::TokenVerdict::kInvalid}, {"unknown", ports::TokenVerdict::kUnknown}}};

std::unexpected<model::Error> wrong(std::vector<model::FieldError> errors) {
  std::string detail = "what the script answered cannot be used:";
  for (const auto& error : errors)
    detail.append(" ").append(error.pointer.empty() ? "/" : error.pointer).append(" ").append(error.detail).append(";");
  detail.pop_back();
  return model::fail(model::invalid_input(std::move(detail), std::move(errors)));
}

std::unexpected<model::Error> no_object() { return wrong({{.pointer = "", .detail = "must be an object"}}); }

/// Milliseconds since 1970, or RFC 3339.
std::optional<model::WallTime> time_member(JsonReader& reader, std::string_view name) {
  constexpr double kMost = 253'402'300'799'000.0;  // the last second of the year 9999
  const auto* value = reader.raw(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (const auto* text = value->if_string())
    if (const auto time = model::parse_rfc3339(*text)) return time;
  if (value->is_number()) {
    const auto milliseconds = value->to_number<double>();
    if (std::abs(milliseconds) <= kMost) return model::WallTime(model::Milliseconds(static_cast<std::int64_t>(milliseconds)));
  }
  reader.error(name, "must be a time: RFC 3339, or milliseconds since 1970");
  return std::nullopt;
}

/// The text of strings and numbers: ids come as either.
std::string id_of(const json::value& value) { return value.is_bool() ? std::string() : model::scalar_text(value).value_or(""); }

bool add_user(std::vector<std::string>& users, const json::value& value) {
  auto id = id_of(value);
  if (id.empty() || id.size() > kId.most || users.size() == kMostUsers) return false;
  if (std::ranges::find(users, id) == users.end()) users.push_back(std::move(id));
  return true;
}

std::vector<std::string> users_member(JsonReader& reader) {
  constexpr std::string_view kName = "appUserId";
  std::vector<std::string> users;
  const auto* value = reader.raw(kName);
  if (value == nullptr || value->is_null()) return users;
  bool fits = true;
  if (const auto* list = value->if_array())
    for (const auto& item : *list) fits = fits && add_user(users, item);
  else fits = add_user(users, *value);
  if (!fits) reader.error(kName, "must be an id of up to 512 bytes, or a list of up to 100");
  return users;
}

std::string id_member(JsonReader& reader, std::string_view name) {
  const auto* value = reader.raw(name);
  if (value == nullptr || value->is_null()) return {};
  auto id = id_of(*value);
  if (id.empty() || id.size() > kId.most) reader.error(name, "must be an id of up to 512 bytes");
  return id;
}

std::vector<std::string> unsigned_member(JsonReader& reader) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNames{{{"appUserId", "app_user_id"},
                                                                                 {"eventType", "event_type"},
                                                                                 {"eventPayload", "event_payload"},
                                                                                 {"eventId", "event_id"},
                                                                                 {"occurredAt", "occurred_at"}}};
  std::vector<std::string> out;
  for (const auto& name : reader.optional_strings("unsigned", kNames.size()).value_or(std::vector<std::string>{})) {
    const auto known = std::ranges::find(kNames, name, &std::pair<std::string_view, std::string_view>::first);
    if (known == kNames.end())
      reader.error("unsigned", "names members of the event: appUserId, eventType, eventPayload, eventId, occurredAt");
    else out.emplace_back(known->second);
  }
  return out;
}

/// Everything but `finish`.
Message message_of(JsonReader& reader) {
  Message message;
  message.valid_request = reader.optional_bool("validRequest").value_or(true);
  message.app_user_ids = users_member(reader);
  message.event_type = reader.required_string("eventType", {.least = 1, .most = 200});
  if (const auto* payload = reader.raw("eventPayload")) message.event_payload = *payload;
  message.event_id = id_member(reader, "eventId");
  message.occurred_at = time_member(reader, "occurredAt");
  message.unsigned_members = unsigned_member(reader);
  return message;
}

}  // namespace

Result<Verdict> read_verdict(const json::value& answer) {
  if (!answer.is_object()) return no_object();
  std::vector<model::FieldError> errors;
  JsonReader reader(answer.as_object(), "", errors);
  Verdict verdict;
  const auto outcome = reader.optional_choice<Outcome>("outcome", kOutcomes);
  if (!outcome && errors.empty()) reader.error("outcome", "must be verified, rejected or challenge");
  verdict.outcome = outcome.value_or(Outcome::kRejected);
  verdict.reason = reader.string_or("reason", "", kCode);
  verdict.reply = reply_member(reader, "response");
  if (verdict.outcome == Outcome::kChallenge && !verdict.reply) reader.error("response", "must be there for a challenge");
  if (verdict.outcome == Outcome::kVerified && verdict.reply) reader.error("response", "is for a challenge or a rejection");
  verdict.covers_body = reader.optional_bool("coversBody").value_or(true);
  verdict.signed_headers = reader.optional_strings("signedHeaders", 64).value_or(std::vector<std::string>{});
  verdict.signs_query = reader.optional_bool("signsQuery").value_or(false);
  if (const auto* claims = reader.raw("claims")) verdict.claims = *claims;
  verdict.replay_id = reader.string_or("replayId", "", {.least = 1, .most = 512});
  verdict.replay_for =
      model::Seconds(reader.optional_integer("replayFor", 1, kLongestReplay).value_or(verdict.replay_id.empty() ? 0 : 86'400));
  reader.finish();
  if (!errors.empty()) return wrong(std::move(errors));
  if (verdict.outcome == Outcome::kRejected && verdict.reason.empty()) verdict.reason = "script_rejected";
  return verdict;
}

Result<Parsed> read_parsed(const json::value& answer) {
  Parsed parsed;
  std::vector<model::FieldError> errors;
  // One event, a list of them, or {events, response}.
  const auto* object = answer.if_object();
  const bool is_whole = object != nullptr && object->contains("events");
  const json::value* events = is_whole ? &object->at("events") : &answer;
  if (is_whole) {
    JsonReader reader(*object, "", errors);
    (void)reader.raw("events");
    if (auto reply = reply_member(reader, "response")) parsed.acknowledgement = std::move(*reply);
    if (const auto window = reader.optional_integer("window", 1, kLongestReplay)) parsed.window = model::Seconds(*window);
    reader.finish();
  }
  const json::array single{events->is_array() ? json::value() : *events};
  const auto& list = events->is_array() ? events->get_array() : single;
  if (list.size() > kMostMessages) errors.push_back({.pointer = is_whole ? "/events" : "", .detail = "must be at most 1000 events"});
  for (std::size_t i = 0; errors.empty() && i < list.size(); ++i) {
    const auto pointer = (is_whole ? "/events" : "") + (events->is_array() ? "/" + std::to_string(i) : std::string());
    if (!list[i].is_object()) {
      errors.push_back({.pointer = pointer, .detail = "must be an object"});
      break;
    }
    JsonReader reader(list[i].get_object(), pointer, errors);
    parsed.messages.push_back(message_of(reader));
    reader.finish();
  }
  if (!errors.empty()) return wrong(std::move(errors));
  return parsed;
}

Result<Action> read_action(const json::value& answer) {
  if (!answer.is_object()) return no_object();
  std::vector<model::FieldError> errors;
  JsonReader reader(answer.as_object(), "", errors);
  Action action;
  action.message = message_of(reader);
  action.action_id = id_member(reader, "actionId");
  action.response_url = reader.string_or("responseUrl", "", {.least = 1, .most = 2048});
  if (auto reply = reply_member(reader, "response")) action.reply = std::move(*reply);
  action.needs_reply = reader.optional_bool("needsReply").value_or(false);
  reader.finish();
  if (!errors.empty()) return wrong(std::move(errors));
  return action;
}

Result<std::vector<std::string>> read_users(const json::value& answer) {
  std::vector<model::FieldError> errors;
  const json::object bare{{"appUserId", answer}};
  JsonReader reader(answer.is_object() ? answer.get_object() : bare, "", errors);
  auto users = users_member(reader);
  reader.finish();
  if (!errors.empty()) return wrong(std::move(errors));
  return users;
}

Result<ports::TokenValidation> read_validation(const json::value& answer) {
  if (!answer.is_object()) return no_object();
  std::vector<model::FieldError> errors;
  JsonReader reader(answer.as_object(), "", errors);
  ports::TokenValidation found;
  const auto outcome = reader.optional_choice<ports::TokenVerdict>("outcome", kTokenOutcomes);
  if (!outcome && errors.empty()) reader.error("outcome", "must be valid, invalid or unknown");
  found.outcome = outcome.value_or(ports::TokenVerdict::kUnknown);
  found.reason = reader.string_or("reason", "", kCode);
  found.account = id_member(reader, "account");
  found.expires_at = time_member(reader, "expiresAt");
  found.scopes = reader.optional_strings("scopes", 200).value_or(std::vector<std::string>{});
  reader.finish();
  if (!errors.empty()) return wrong(std::move(errors));
  if (found.outcome == ports::TokenVerdict::kInvalid && found.reason.empty()) found.reason = "rejected";
  return found;
}

}  // namespace valetkey::services
