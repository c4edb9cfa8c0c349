#include "events/outbox/request_events.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostType = 200;
constexpr std::string_view kMatched = "event.matched";

model::EventId id_of(const model::ReceivedRequest& request, std::initializer_list<std::string_view> parts) {
  const auto digest = model::sha256(request.id.str() + model::length_prefixed(parts));
  return model::EventId{model::make_id_text(model::EventId::prefix(), request.received_at, std::string_view(digest).substr(0, 10))};
}

std::string type_of(const model::ReceivedRequest& request, const StoredMessage& message) {
  const auto told = model::as_utf8(std::string_view(message.message.event_type).substr(0, kMostType));
  return fmt::format("{}.{}", model::spelling(request.kind), told.empty() ? "unknown" : told);
}

/// The user that the event is of: the connection's, where there is one.
json::value user_of(const Attributed& of) {
  if (of.connection != nullptr && !of.connection->app_user_id.empty()) return json::value(of.connection->app_user_id);
  const auto& users = of.message.message.app_user_ids;
  return users.empty() ? json::value(nullptr) : json::value(users.front());
}

json::object payload_of(const Attributed& of) {
  const auto& message = of.message.message;
  json::object out{{"kind", model::spelling(of.request.kind)},
                   {"app_user_id", user_of(of)},
                   {"event_type", message.event_type},
                   {"event_id", message.event_id.empty() ? json::value(nullptr) : json::value(message.event_id)},
                   {"valid_request", message.valid_request},
                   {"unsigned", json::array(message.unsigned_members.begin(), message.unsigned_members.end())},
                   {"possible_replay", of.message.possible_replay},
                   {"verification", of.request.verification},
                   {"end_user", of.connection == nullptr ? json::value(nullptr) : json::value(of.connection->end_user.id)},
                   {"message", fmt::format("{}/{}", of.request.id.str(), of.index)}};
  if (message.occurred_at) out["occurred_at"] = model::to_rfc3339(*message.occurred_at);
  if (!of.message.action_id.empty()) out["action_id"] = of.message.action_id;
  if (!of.message.response_url.empty()) out["response_url"] = of.message.response_url;
  return out;
}

ports::Answer<model::Event> event_of(const Context& context, const Attributed& of, model::EventId id, std::string type,
                                     json::object payload) {
  model::Event event{.id = std::move(id), .tenant = of.request.tenant, .type = std::move(type)};
  if (of.connection != nullptr) event.connection = of.connection->id.str();
  event.credential = of.request.credential.str();
  event.integration = of.request.integration;
  event.request = of.request.id.str();
  event.payload = json::serialize(payload);
  event.occurred_at = of.request.received_at;
  auto sealed = co_await context.keys.seal(vault::event_body_place(event.tenant, event.id), model::Secret(of.message.payload));
  if (!sealed) co_return model::fail(std::move(sealed.error()));
  event.body = std::move(*sealed);
  co_return event;
}

}  // namespace

model::EventId event_id_of(const model::ReceivedRequest& request, std::size_t index, std::string_view connection) {
  return id_of(request, {std::to_string(index), connection});
}

ports::Answer<model::Event> request_event(const Context& context, Attributed of) {
  const auto connection = of.connection == nullptr ? std::string() : of.connection->id.str();
  co_return co_await event_of(context, of, event_id_of(of.request, of.index, connection), type_of(of.request, of.message), payload_of(of));
}

ports::Answer<model::Event> matched_event(const Context& context, Attributed of) {
  auto payload = payload_of(of);
  payload["event"] = event_id_of(of.request, of.index, "").str();
  auto id = id_of(of.request, {std::to_string(of.index), of.connection->id.str(), kMatched});
  auto event = co_await event_of(context, of, std::move(id), std::string(kMatched), std::move(payload));
  if (event) event->occurred_at = context.clock.wall_now();
  co_return event;
}

}  // namespace valetkey::events
