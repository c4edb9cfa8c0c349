#include "events/endpoints/handshake.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/records.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

using model::Code;
using model::fail;

model::Event received_event(const Context& context, const model::Endpoint& endpoint, const std::string& name) {
  model::Event event;
  event.id = ports::new_id<model::EventId>(context.clock, context.random);
  event.tenant = endpoint.tenant;
  event.type = "endpoint.secret_received";
  event.connection = endpoint.connection.str();
  event.credential = endpoint.credential.str();
  event.integration = endpoint.integration;
  event.payload = boost::json::serialize(boost::json::object{{"endpoint", endpoint.id.str()}, {"secret", name}});
  event.occurred_at = context.clock.wall_now();
  return event;
}

model::AuditEntry received_entry(const Context& context, const model::Endpoint& endpoint, const std::string& name) {
  model::AuditEntry entry;
  entry.tenant = endpoint.tenant;
  entry.at = context.clock.wall_now();
  entry.actor = "system";
  entry.action = "endpoint.secret_received";
  entry.target = endpoint.id.str();
  entry.detail = boost::json::serialize(boost::json::object{{"secret", name}});
  return entry;
}

const model::EndpointSecret* secret_named(const model::Endpoint& endpoint, const std::string& name) {
  const auto found = std::ranges::find(endpoint.secrets, name, &model::EndpointSecret::name);
  return found == endpoint.secrets.end() ? nullptr : &*found;
}

}  // namespace

ports::Answer<void> put_secrets(const Context& context, model::Endpoint& endpoint, const std::string& name,
                                std::vector<model::Secret> values, model::WallTime older_until) {
  const auto now = context.clock.wall_now();
  // The time is part of what a value is sealed to, so that no two of a name share it.
  auto at = now;
  if (const auto* newest = secret_named(endpoint, name); newest != nullptr)
    at = std::max(now, newest->value.set_at + model::Milliseconds{1});
  std::vector<model::EndpointSecret> fresh;
  for (auto value = values.rbegin(); value != values.rend(); ++value, at += model::Milliseconds{1}) {
    auto sealed = co_await context.keys.seal(vault::endpoint_secret_place(endpoint, name, at), std::move(*value));
    if (!sealed) co_return fail(std::move(sealed.error()));
    fresh.insert(fresh.begin(), {.name = name, .value = {.sealed = std::move(*sealed), .set_at = at, .valid_until = {}}});
  }
  for (auto& older : endpoint.secrets)
    if (older.name == name && (!older.value.valid_until || *older.value.valid_until > older_until)) older.value.valid_until = older_until;
  std::erase_if(endpoint.secrets, [&](const auto& each) { return each.value.valid_until && *each.value.valid_until <= now; });
  endpoint.secrets.insert(endpoint.secrets.begin(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  co_return model::Result<void>{};
}

ports::Answer<bool> accept_handshake(Context& context, const model::Endpoint& known, std::string name, model::Secret value) {
  // Not the one in the cache: another node may have been faster.
  auto endpoint = co_await context.records.load<model::Endpoint>(known.tenant, known.id.str());
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  const auto now = context.clock.wall_now();
  if (value.empty() || !endpoint->handshake_until || *endpoint->handshake_until <= now) co_return false;
  if (const auto* first = secret_named(*endpoint, name); first != nullptr) {
    auto kept = co_await context.keys.open(vault::endpoint_secret_place(*endpoint, name, first->value.set_at), first->value.sealed);
    if (!kept) co_return fail(std::move(kept.error()));
    co_return *kept == value;
  }
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(*endpoint));
  std::vector<model::Secret> values;
  values.push_back(std::move(value));
  if (auto put = co_await put_secrets(context, *endpoint, name, std::move(values), now); !put) co_return fail(std::move(put.error()));
  endpoint->updated_at = now;
  unit.writes.emplace_back(context.records.put(*endpoint));
  unit.events.push_back(received_event(context, *endpoint, name));
  unit.audit.push_back(received_entry(context, *endpoint, name));
  auto applied = co_await context.store().apply(std::move(unit));
  if (!applied && applied.error().code == Code::kPreconditionFailed) co_return false;
  if (!applied) co_return fail(std::move(applied.error()));
  co_return true;
}

}  // namespace valetkey::events
