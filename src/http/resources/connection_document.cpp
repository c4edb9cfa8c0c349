#include "http/resources/connection_document.hpp"

#include <boost/json.hpp>

namespace valetkey::http {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::string(text);
}

json::value time_or_null(std::optional<model::WallTime> time) {
  if (!time) return nullptr;
  return json::string(model::to_rfc3339(*time));
}

json::value validation_of(const std::optional<model::Validation>& validation) {
  if (!validation) return nullptr;
  return json::object{
      {"outcome", validation->outcome}, {"reason", text_or_null(validation->reason)}, {"checked_at", model::to_rfc3339(validation->at)}};
}

json::object object_of(const std::map<std::string, std::string>& map) {
  json::object out;
  for (const auto& [name, value] : map) out[name] = value;
  return out;
}

}  // namespace

json::object to_json(const model::EndUser& user) {
  return {{"id", user.id}, {"display_name", text_or_null(user.display_name)}, {"email", text_or_null(user.email)}};
}

json::object to_json(const model::Connection& connection) {
  return {{"id", connection.id.str()},
          {"credential", connection.credential.str()},
          {"end_user", to_json(connection.end_user)},
          {"app_user_id", text_or_null(connection.app_user_id)},
          {"account", text_or_null(connection.account)},
          {"state", model::to_string(connection.state)},
          {"state_reason", text_or_null(connection.state_reason)},
          {"validation", validation_of(connection.validation)},
          {"fields", object_of(connection.fields)},
          {"metadata", object_of(connection.metadata)},
          {"created_at", model::to_rfc3339(connection.created_at)},
          {"updated_at", model::to_rfc3339(connection.updated_at)}};
}

json::object to_json(const oauth::ValidationReport& report) {
  const auto& found = report.found;
  return {{"outcome", oauth::to_string(found.outcome)},
          {"reason", text_or_null(found.reason)},
          {"account", text_or_null(found.account)},
          {"expires_at", time_or_null(found.expires_at)},
          {"scopes", json::array(found.scopes.begin(), found.scopes.end())},
          {"checked_at", model::to_rfc3339(report.checked_at)}};
}

json::object to_json(const model::Grant& grant) {
  json::object out{{"generation", grant.generation},
                   {"endpoint_set", grant.endpoint_set},
                   {"scopes", json::array(grant.scopes.begin(), grant.scopes.end())},
                   {"has_refresh_token", !grant.refresh_token.empty()},
                   {"refresh_expires_at", time_or_null(grant.refresh_expires_at)},
                   {"failures", grant.failures},
                   {"last_error", text_or_null(grant.last_error)},
                   {"next_attempt_at", time_or_null(grant.next_attempt_at)}};
  const auto* token = model::find_token(grant, "", grant.audience);
  out["expires_at"] = token != nullptr ? time_or_null(token->expires_at) : json::value(nullptr);
  out["issued_at"] = token != nullptr ? json::value(model::to_rfc3339(token->issued_at)) : json::value(nullptr);
  return out;
}

model::EndUser read_end_user(model::JsonReader& body, bool is_required) {
  model::EndUser user;
  auto reader = body.optional_object("end_user");
  if (!reader) {
    if (is_required && body.raw("end_user") == nullptr) body.error("end_user", "is required: {\"id\": your own id of the user}");
    return user;
  }
  user.id = reader->required_string("id", {.least = 1, .most = 255});
  user.display_name = reader->string_or("display_name", "", {.most = 255});
  user.email = reader->string_or("email", "", {.most = 320});
  reader->finish();
  return user;
}

}  // namespace valetkey::http
