#include "oauth/outbox.hpp"

#include <boost/json.hpp>

namespace valetkey::oauth {
namespace {

model::Event event_of(const Context& context, std::string_view type, const model::TenantId& tenant) {
  model::Event event;
  event.id = ports::new_id<model::EventId>(context.clock, context.random);
  event.tenant = tenant;
  event.type = type;
  event.occurred_at = context.clock.wall_now();
  return event;
}

}  // namespace

model::Event connection_event(const Context& context, std::string_view type, const model::Connection& connection,
                              boost::json::object details) {
  auto event = event_of(context, type, connection.tenant);
  event.connection = connection.id.str();
  event.credential = connection.credential.str();
  details["connection"] = connection.id.str();
  details["credential"] = connection.credential.str();
  details["end_user"] = connection.end_user.id;
  details["state"] = model::to_string(connection.state);
  if (!connection.state_reason.empty()) details["state_reason"] = connection.state_reason;
  event.payload = boost::json::serialize(details);
  return event;
}

model::Event credential_event(const Context& context, std::string_view type, const model::Credential& credential,
                              boost::json::object details) {
  auto event = event_of(context, type, credential.tenant);
  event.credential = credential.id.str();
  details["credential"] = credential.id.str();
  details["name"] = credential.name;
  event.payload = boost::json::serialize(details);
  return event;
}

}  // namespace valetkey::oauth
