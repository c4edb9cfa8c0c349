#include "events/endpoints/endpoint_records.hpp"

#include <algorithm>

#include "events/endpoints/endpoint_needs.hpp"
#include "events/endpoints/handshake.hpp"
#include "model/destination.hpp"
#include "model/json_reader.hpp"
#include "model/records.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

using model::Code;
using model::fail;

constexpr std::size_t kKeyBytes = 16;
constexpr std::int64_t kMostOfOne = 100;  // of one connection, and of one credential without a connection

ports::Query keys_of(const model::Endpoint& endpoint) {
  return {.tenant = endpoint.tenant.str(), .equal = {{"endpoint", endpoint.id.str()}}, .limit = 200};
}

}  // namespace

ports::Answer<void> EndpointRecords::add_services(EndpointView& view) const {
  for (const auto kind : kEndpointServices) {
    const auto named = view.set.config_services.find(std::string(kind));
    if (named == view.set.config_services.end() || named->second.empty()) continue;
    auto service = co_await services_.find(view.endpoint.tenant, named->second, kind);
    if (!service && model::is_store_down(service.error())) co_return fail(std::move(service.error()));
    view.services[std::string(kind)] = service ? std::move(*service) : nullptr;
  }
  co_return model::Result<void>{};
}

ports::Answer<EndpointView> EndpointRecords::view_of(model::Endpoint endpoint) const {
  EndpointView view{.endpoint = std::move(endpoint)};
  const auto& tenant = view.endpoint.tenant;
  auto credential = co_await context_.records.load<model::Credential>(tenant, view.endpoint.credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  auto set = co_await context_.records.load<model::EndpointSet>(tenant, model::endpoint_set_id(credential->id, credential->endpoint_set));
  if (!set) co_return fail(std::move(set.error()));
  view.set = std::move(*set);
  if (!view.endpoint.id.empty()) {
    auto keys = co_await context_.records.find<model::EndpointKey>(keys_of(view.endpoint));
    if (!keys) co_return fail(std::move(keys.error()));
    for (const auto& key : *keys) {
      if (!key.expires_at) view.key = key.id;
      else if (*key.expires_at > context_.clock.wall_now()) view.older_keys_end.push_back(*key.expires_at);
    }
  }
  if (auto added = co_await add_services(view); !added) co_return fail(std::move(added.error()));
  co_return view;
}

ports::Answer<EndpointView> EndpointRecords::load(model::TenantId tenant, std::string id) const {
  auto endpoint = co_await context_.records.load<model::Endpoint>(std::move(tenant), std::move(id));
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  co_return co_await view_of(std::move(*endpoint));
}

ports::Answer<std::vector<EndpointView>> EndpointRecords::list(model::TenantId tenant, EndpointFilter filter, std::string after,
                                                               int limit) const {
  std::vector<EndpointView> out;
  ports::Query query{.tenant = tenant.str(), .after = std::move(after), .limit = limit};
  if (!filter.credential.empty()) query.equal.emplace_back("credential", filter.credential);
  if (!filter.connection.empty()) query.equal.emplace_back("connection", filter.connection);
  for (;;) {
    auto page = co_await context_.records.find<model::Endpoint>(query);
    if (!page) co_return fail(std::move(page.error()));
    for (auto& endpoint : *page) {
      query.after = endpoint.id.str();
      if (filter.is_permitted && !filter.is_permitted(endpoint)) continue;
      auto view = co_await view_of(std::move(endpoint));
      // Deleted meanwhile, with its credential.
      if (!view && view.error().code == Code::kNotFound) continue;
      if (!view) co_return fail(std::move(view.error()));
      out.push_back(std::move(*view));
      if (std::cmp_equal(out.size(), limit)) co_return out;
    }
    if (std::cmp_less(page->size(), limit)) co_return out;
  }
}

ports::Answer<void> EndpointRecords::check_destination(const model::Endpoint& endpoint) const {
  if (endpoint.reply_destination.empty()) co_return model::Result<void>{};
  auto destination = co_await context_.records.load<model::Destination>(endpoint.tenant, endpoint.reply_destination);
  if (destination) co_return model::Result<void>{};
  if (destination.error().code != Code::kNotFound) co_return fail(std::move(destination.error()));
  co_return fail(model::invalid_input("read the endpoint", {{"/reply_destination", "is not the id of a destination"}}));
}

ports::Answer<void> EndpointRecords::apply_wish(EndpointView& view, EndpointWish wish) const {
  const auto now = context_.clock.wall_now();
  auto secrets = std::move(view.endpoint.secrets);
  view.endpoint = std::move(wish.endpoint);
  view.endpoint.secrets = std::move(secrets);
  view.endpoint.updated_at = now;
  if (auto known = co_await check_destination(view.endpoint); !known) co_return known;
  for (auto& [name, values] : wish.secrets) {
    if (values.empty()) std::erase_if(view.endpoint.secrets, [&](const auto& each) { return each.name == name; });
    else if (auto put = co_await put_secrets(context_, view.endpoint, name, std::move(values), now + wish.retire_after); !put)
      co_return put;
  }
  co_return model::Result<void>{};
}

ports::Answer<EndpointView> EndpointRecords::create(model::Credential credential, model::ConnectionId connection, boost::json::object body,
                                                    AlongsideEndpoint alongside) {
  const auto now = context_.clock.wall_now();
  model::Endpoint endpoint{.tenant = credential.tenant, .credential = credential.id, .connection = connection};
  endpoint.integration = credential.integration;
  endpoint.created_at = now;
  auto view = co_await view_of(std::move(endpoint));
  if (!view) co_return fail(std::move(view.error()));
  auto wish = read_endpoint(body, *view, now);
  if (!wish) co_return fail(std::move(wish.error()));
  ports::Query of_one{.kind = model::Kind::kEndpoint, .tenant = credential.tenant.str(), .equal = {{"credential", credential.id.str()}}};
  of_one.equal.emplace_back("connection", connection.empty() ? model::Column() : model::Column(connection.str()));
  auto count = co_await context_.store().count(std::move(of_one));
  if (!count) co_return fail(std::move(count.error()));
  if (*count >= kMostOfOne)
    co_return fail(Code::kQuotaExceeded, "make an endpoint: there are 100 of this credential or connection already");
  wish->endpoint.id = ports::new_id<model::EndpointId>(context_.clock, context_.random);
  view->endpoint.id = wish->endpoint.id;
  if (auto applied = co_await apply_wish(*view, std::move(*wish)); !applied) co_return fail(std::move(applied.error()));
  view->key = context_.random.token(kKeyBytes);

  ports::Unit unit;
  unit.preconditions.emplace_back(ports::Expect{model::Kind::kCredential, credential.id.str(), "integration", credential.integration});
  if (!connection.empty())
    unit.preconditions.emplace_back(ports::Expect{model::Kind::kConnection, connection.str(), "credential", credential.id.str()});
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kEndpointKey, view->key});
  unit.writes.emplace_back(context_.records.put(view->endpoint));
  unit.writes.emplace_back(context_.records.put(
      model::EndpointKey{.id = view->key, .tenant = credential.tenant, .endpoint = view->endpoint.id, .created_at = now}));
  view->endpoint.revision = 1;
  if (alongside) alongside(unit, *view);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "make an endpoint"));
  co_return view;
}

ports::Answer<EndpointView> EndpointRecords::change(EndpointView before, const boost::json::object& body, AlongsideEndpoint alongside) {
  auto wish = read_endpoint(body, before, context_.clock.wall_now());
  if (!wish) co_return fail(std::move(wish.error()));
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(before.endpoint));
  if (auto applied = co_await apply_wish(before, std::move(*wish)); !applied) co_return fail(std::move(applied.error()));
  unit.writes.emplace_back(context_.records.put(before.endpoint));
  ++before.endpoint.revision;
  if (alongside) alongside(unit, before);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "change the endpoint"));
  co_return before;
}

ports::Answer<EndpointView> EndpointRecords::rotate_key(EndpointView before, model::Seconds overlap, AlongsideEndpoint alongside) {
  const auto now = context_.clock.wall_now();
  auto& endpoint = before.endpoint;
  auto credential = co_await context_.records.load<model::Credential>(endpoint.tenant, endpoint.credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  auto keys = co_await context_.records.find<model::EndpointKey>(keys_of(endpoint));
  if (!keys) co_return fail(std::move(keys.error()));
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(endpoint));
  const model::EndpointKey fresh{
      .id = context_.random.token(kKeyBytes), .tenant = endpoint.tenant, .endpoint = endpoint.id, .created_at = now};
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kEndpointKey, fresh.id});
  unit.writes.emplace_back(context_.records.put(fresh));
  for (auto& key : *keys) {
    if (key.expires_at && *key.expires_at <= now + overlap) continue;
    key.expires_at = now + overlap;
    unit.writes.emplace_back(context_.records.put(key));
  }
  // A credential answers with the URLs of its own endpoint.
  if (credential->webhook_key == before.key) {
    unit.preconditions.emplace_back(vault::Records::unchanged(*credential));
    credential->webhook_key = fresh.id;
    unit.writes.emplace_back(context_.records.put(*credential));
  }
  endpoint.updated_at = now;
  unit.writes.emplace_back(context_.records.put(endpoint));
  ++endpoint.revision;
  std::erase_if(before.older_keys_end, [&](auto end) { return end > now + overlap; });
  if (overlap.count() > 0) before.older_keys_end.push_back(now + overlap);
  before.key = fresh.id;
  if (alongside) alongside(unit, before);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "rotate the endpoint's key"));
  co_return before;
}

ports::Answer<void> EndpointRecords::remove(EndpointView view, AlongsideEndpoint alongside) {
  const auto& endpoint = view.endpoint;
  auto credential = co_await context_.records.load<model::Credential>(endpoint.tenant, endpoint.credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  if (credential->webhook_key == view.key)
    co_return fail(Code::kConflict, "delete the endpoint: it is the credential's own, and goes with it; switch it off with is_enabled");
  auto keys = co_await context_.records.find<model::EndpointKey>(keys_of(endpoint));
  if (!keys) co_return fail(std::move(keys.error()));
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(endpoint));
  for (const auto& key : *keys) unit.writes.emplace_back(ports::Erase{model::Kind::kEndpointKey, key.id});
  unit.writes.emplace_back(ports::Erase{model::Kind::kEndpoint, endpoint.id.str()});
  if (alongside) alongside(unit, view);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "delete the endpoint"));
  co_return model::Result<void>{};
}

ports::Answer<model::Secret> EndpointRecords::received_secret(const EndpointView& view, std::string name) const {
  const auto& endpoint = view.endpoint;
  const auto found = std::ranges::find(endpoint.secrets, name, &model::EndpointSecret::name);
  if (found == endpoint.secrets.end() || !comes_by_handshake(view.services, name))
    co_return fail(Code::kNotFound, "no secret of this name came from the application");
  if (!endpoint.handshake_until || *endpoint.handshake_until <= context_.clock.wall_now())
    co_return fail(Code::kConflict, "show the secret: only while accepts_handshake_until has not passed");
  co_return co_await context_.keys.open(vault::endpoint_secret_place(endpoint, name, found->value.set_at), found->value.sealed);
}

}  // namespace valetkey::events
