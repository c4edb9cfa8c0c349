#include "events/outbox/event_document.hpp"

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

/// `data` without the application's payload.
json::object data_of(const model::Event& event) {
  json::object data{{"integration", text_or_null(event.integration)},
                    {"credential", text_or_null(event.credential)},
                    {"connection", text_or_null(event.connection)},
                    {"request", text_or_null(event.request)}};
  auto payload = model::parse_json(event.payload);
  if (!payload || !payload->is_object()) return data;
  for (auto& member : payload->as_object())
    if (!data.contains(member.key())) data[member.key()] = std::move(member.value());
  return data;
}

}  // namespace

ports::Answer<std::string> payload_of(const Context& context, const model::Event& event) {
  if (event.body.empty()) co_return std::string();
  auto opened = co_await context.keys.open(vault::event_body_place(event.tenant, event.id), event.body);
  if (!opened) co_return model::fail(std::move(opened.error()));
  co_return std::string(opened->reveal());
}

json::object event_document(const model::Event& event, std::string_view payload) {
  auto data = data_of(event);
  if (!payload.empty()) {
    auto parsed = model::parse_json(payload);
    data["event_payload"] = parsed ? std::move(*parsed) : json::value(nullptr);
  }
  return {{"type", event.type}, {"id", event.id.str()}, {"timestamp", model::to_rfc3339(event.occurred_at)}, {"data", std::move(data)}};
}

std::string delivery_body(const model::Event& event, std::string_view payload, std::string_view audience) {
  std::string body = R"({"type":)";
  model::append_json_string(body, event.type);
  body.append(R"(,"id":)");
  model::append_json_string(body, event.id.str());
  body.append(R"(,"timestamp":")").append(model::to_rfc3339(event.occurred_at)).append(R"(","audience":)");
  model::append_json_string(body, audience);
  body.append(R"(,"data":)").append(json::serialize(data_of(event)));
  // The payload is JSON already, and may be large: it is not read again on its way out.
  if (!payload.empty()) {
    body.pop_back();
    body.append(R"(,"event_payload":)").append(payload).append("}");
  }
  body.append("}");
  return body;
}

}  // namespace valetkey::events
