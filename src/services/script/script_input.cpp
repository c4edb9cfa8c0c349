#include "services/script/script_input.hpp"

#include <boost/json.hpp>

#include "model/encoding.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;

json::array list_of(const model::Pairs& pairs) {
  json::array out;
  for (const auto& [name, value] : pairs) out.push_back(json::array{model::as_utf8(name), model::as_utf8(value)});
  return out;
}

template <class Texts>
json::array texts_of(const Texts& texts) {
  json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

template <class Map>
json::object object_of(const Map& texts) {
  json::object out;
  for (const auto& [name, text] : texts) out[name] = text;
  return out;
}

}  // namespace

bool is_utf8(std::string_view text) { return model::as_utf8(text) == text; }

json::object script_input(json::value first, json::object context, std::initializer_list<std::string_view> handles) {
  return {{"first", std::move(first)}, {"context", std::move(context)}, {"handles", json::array(handles.begin(), handles.end())}};
}

json::object request_document(const Incoming& request) {
  const bool is_text = is_utf8(request.body);
  return {{"method", request.method},
          {"path", model::as_utf8(request.path)},
          {"query", model::as_utf8(request.query_text)},
          {"headers", list_of(request.headers)},
          {"body", is_text ? request.body : model::to_base64(request.body)},
          {"bodyIsText", is_text}};
}

json::object endpoint_context(const Incoming& request, const EndpointValues& values) {
  return {{"parameters", object_of(values.parameters)},
          {"url", request.public_url},
          {"receivedAt", std::chrono::duration_cast<model::Milliseconds>(request.received_at.time_since_epoch()).count()}};
}

json::object verdict_document(const Verdict& verdict) {
  return {{"claims", verdict.claims},
          {"coversBody", verdict.covers_body},
          {"signedHeaders", texts_of(verdict.signed_headers)},
          {"signsQuery", verdict.signs_query}};
}

json::object event_document(const Message& message) {
  json::object out{{"validRequest", message.valid_request},
                   {"appUserIds", texts_of(message.app_user_ids)},
                   {"eventType", message.event_type},
                   {"eventPayload", message.event_payload},
                   {"unsigned", texts_of(message.unsigned_members)}};
  if (!message.event_id.empty()) out["eventId"] = message.event_id;
  if (message.occurred_at) out["occurredAt"] = model::to_rfc3339(*message.occurred_at);
  return out;
}

json::object account_document(const ports::ConnectedAccount& account) {
  return {{"connection", account.connection.str()},
          {"account", account.account},
          {"tokenResponse", account.token_response},
          {"idToken", account.id_token},
          {"fields", object_of(account.fields)}};
}

json::object step_document(const ports::TokenStep& step) {
  json::array names;
  if (!step.client_secrets.empty()) names.emplace_back("client_secret");
  for (const auto& [name, secret] : step.secrets) names.emplace_back(name);
  return {{"clientId", step.client_id},       {"tokenUrl", step.token_url},
          {"scopes", texts_of(step.scopes)},  {"parameters", object_of(step.parameters)},
          {"redirectUri", step.redirect_uri}, {"secretNames", std::move(names)}};
}

}  // namespace valetkey::services
