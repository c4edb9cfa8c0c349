#include "oauth/tokens.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

/// After a refresh the decision is made again on what it left; a different need of another caller may take one more round.
constexpr int kMostRounds = 3;

constexpr std::size_t kClientBytes = 16'384;

/// Rough size in memory: what bounds the cache.
std::size_t weight(const model::Grant& grant) {
  std::size_t bytes = 1024 + grant.refresh_token.bytes.size() + grant.extra.bytes.size();
  for (const auto& token : grant.access_tokens) bytes += 256 + token.sealed.bytes.size();
  return bytes;
}

vault::Place place_of(const model::Grant& grant, const Serve& serve, std::string_view set_hash) {
  return vault::access_token_place(grant, *serve.token, set_hash);
}

/// A connection of another tenant looks like none, and so does one that the caller's key is not for.
bool may_see(const model::Connection& connection, const model::TenantId& tenant, const Permission& permission) {
  return connection.tenant == tenant && (!permission || permission(connection));
}

LiveToken live_token(const Serve& serve, model::Secret value) {
  const auto& token = *serve.token;
  LiveToken live{.access_token = std::move(value),
                 .token_type = token.token_type,
                 .expires_at = token.expires_at,
                 .scopes = token.scopes,
                 .generation = token.generation};
  if (serve.is_min_ttl_capped) live.warnings.emplace_back("min_ttl_not_met");
  if (serve.is_refresh_failing) live.warnings.emplace_back("refresh_failing");
  return live;
}

}  // namespace

Tokens::Tokens(Context& context, Refresher& refresher, ports::EventBus& bus, std::size_t cache_bytes)
    : context_(context),
      refresher_(refresher),
      connections_(cache_bytes / 4),
      grants_(cache_bytes / 2),
      clients_(cache_bytes / 4),
      subscription_(bus.subscribe([this](const ports::Change* change) { forget(change); })) {}

void Tokens::forget(const ports::Change* change) {
  if (change == nullptr) {
    connections_.forget_all();
    grants_.forget_all();
    clients_.forget_all();
    return;
  }
  switch (change->kind) {
    case model::Kind::kConnection: connections_.forget(change->id); return;
    case model::Kind::kGrant: grants_.forget(change->id); return;
    // Few and rare, and a cached grant holds what they say.
    case model::Kind::kCredential:
    case model::Kind::kEndpointSet:
    case model::Kind::kIntegration:
      clients_.forget_all();
      grants_.forget_all();
      return;
    default: return;
  }
}

ports::Answer<Tokens::SharedConnection> Tokens::connection_of(const model::TenantId& tenant, const model::ConnectionId& id) {
  if (auto cached = connections_.get(id.str())) co_return cached;
  const auto ticket = connections_.ticket(id.str());
  auto read = co_await context_.records.load<model::Connection>(tenant, id.str());
  if (!read) co_return model::fail(std::move(read.error()));
  auto shared = std::make_shared<const model::Connection>(std::move(*read));
  connections_.put(id.str(), ticket, shared, 768);
  co_return shared;
}

ports::Answer<Tokens::SharedGrant> Tokens::grant_of(const model::Connection& connection) {
  const auto& id = connection.current_grant.str();
  auto cached = grants_.get(id);
  context_.metrics.count("valetkey_token_cache_total", cached ? "hit" : "miss");
  if (cached) co_return cached;
  const auto ticket = grants_.ticket(id);
  auto grant = co_await context_.records.load<model::Grant>(connection.tenant, id);
  if (!grant) co_return model::fail(std::move(grant.error()));
  auto client = co_await client_of(*grant);
  if (!client) co_return model::fail(std::move(client.error()));
  const auto bytes = weight(*grant);
  auto shared = std::make_shared<const CachedGrant>(std::move(*grant), std::move(*client));
  grants_.put(id, ticket, shared, bytes);
  co_return shared;
}

ports::Answer<Tokens::SharedClient> Tokens::client_of(const model::Grant& grant) {
  const auto id = model::endpoint_set_id(grant.credential, grant.endpoint_set);
  if (auto cached = clients_.get(id)) co_return cached;
  const auto ticket = clients_.ticket(id);
  auto client = co_await load_client(context_, grant.tenant, grant.credential, grant.endpoint_set);
  if (!client) co_return model::fail(std::move(client.error()));
  client->secrets.clear();
  auto shared = std::make_shared<const Client>(std::move(*client));
  clients_.put(id, ticket, shared, kClientBytes);
  co_return shared;
}

ports::Answer<Tokens::Snapshot> Tokens::snapshot(const model::TenantId& tenant, const model::ConnectionId& id,
                                                 const Permission& permission) {
  auto connection = co_await connection_of(tenant, id);
  if (!connection) co_return model::fail(std::move(connection.error()));
  if (!may_see(**connection, tenant, permission)) co_return model::fail(model::Code::kNotFound, "no such connection");
  if (auto refused = refusal_of(**connection)) co_return model::fail(std::move(*refused));
  auto grant = co_await grant_of(**connection);
  if (!grant) co_return model::fail(std::move(grant.error()));
  co_return Snapshot{std::move(*connection), std::move(*grant)};
}

Plan Tokens::plan_of(const Snapshot& snapshot, const Need& need) const {
  return plan({.connection = *snapshot.connection,
               .grant = snapshot.grant->grant,
               .integration = snapshot.grant->client->integration,
               .credential = snapshot.grant->client->credential,
               .is_on_hold = context_.is_on_hold,
               .settings = context_.refresh,
               .now = context_.clock.wall_now()},
              need);
}

std::optional<Access> Tokens::opened_now(const Snapshot& snapshot, const Serve& serve) {
  auto value = context_.keys.try_open(place_of(snapshot.grant->grant, serve, snapshot.grant->client->set_hash), serve.token->sealed);
  if (!value || !*value) return std::nullopt;
  return Access{live_token(serve, std::move(**value)), snapshot.connection, snapshot.grant->client};
}

ports::Answer<Access> Tokens::opened(const Snapshot& snapshot, const Serve& serve) {
  if (auto now = opened_now(snapshot, serve)) co_return std::move(*now);
  const auto place = place_of(snapshot.grant->grant, serve, snapshot.grant->client->set_hash);
  auto value = co_await context_.keys.open(place, serve.token->sealed);
  if (!value) co_return model::fail(std::move(value.error()));
  co_return Access{live_token(serve, std::move(*value)), snapshot.connection, snapshot.grant->client};
}

void Tokens::refresh_later(const Snapshot& snapshot, Need need) {
  const GrantKey key{snapshot.connection->tenant, snapshot.connection->id, snapshot.grant->grant.id};
  if (refresher_.is_running(key.grant)) return;
  need.is_background = true;
  boost::asio::co_spawn(
      context_.executor,
      [](Refresher& refresher, GrantKey grant, Need asked) -> ports::Task<void> { (void)co_await refresher.refresh(grant, asked); }(
                                                               refresher_, key, std::move(need)),
      boost::asio::detached);
}

std::optional<Access> Tokens::token_now(const model::TenantId& tenant, const model::ConnectionId& id, const Need& need,
                                        const Permission& permission) {
  auto connection = connections_.get(id.str());
  if (!connection || !may_see(*connection, tenant, permission)) return std::nullopt;
  auto grant = grants_.get(connection->current_grant.str());
  if (!grant) return std::nullopt;
  const Snapshot now{std::move(connection), std::move(grant)};
  const auto decision = plan_of(now, need);
  const auto* serve = std::get_if<Serve>(&decision);
  if (serve == nullptr || serve->should_refresh) return std::nullopt;
  auto access = opened_now(now, *serve);
  if (access) context_.metrics.count("valetkey_token_cache_total", "hit");
  return access;
}

ports::Answer<Access> Tokens::token_for(model::TenantId tenant, model::ConnectionId connection, Need need, Permission permission) {
  if (auto now = token_now(tenant, connection, need, permission)) co_return std::move(*now);
  std::optional<model::Error> failed;
  for (int round = 0; round < kMostRounds; ++round) {
    auto now = co_await snapshot(tenant, connection, permission);
    if (!now) co_return model::fail(std::move(now.error()));
    auto decision = plan_of(*now, need);
    if (auto* refused = std::get_if<Refuse>(&decision)) co_return model::fail(std::move(refused->error));
    if (const auto* serve = std::get_if<Serve>(&decision)) {
      if (serve->should_refresh) refresh_later(*now, need);
      co_return co_await opened(*now, *serve);
    }
    auto refreshed = co_await refresher_.refresh({tenant, connection, now->grant->grant.id}, need);
    if (refreshed.state) {
      failed.reset();
      // What the guard answers is newer than any cache.
      refreshed.state->client.secrets.clear();
      const Snapshot renewed{std::make_shared<const model::Connection>(std::move(refreshed.state->connection)),
                             std::make_shared<const CachedGrant>(std::move(refreshed.state->grant),
                                                                 std::make_shared<const Client>(std::move(refreshed.state->client)))};
      auto after = plan_of(renewed, need);
      if (const auto* serve = std::get_if<Serve>(&after)) co_return co_await opened(renewed, *serve);
      continue;
    }
    failed = std::move(refreshed.state.error());
    const auto* token = find_token(now->grant->grant, need.name, need.audience);
    const bool is_live = token != nullptr && token->expires_at && *token->expires_at > context_.clock.wall_now();
    if (is_live && !need.rejected_generation) co_return co_await opened(*now, {.token = token, .is_refresh_failing = true});
    // Not found: the grant was replaced while it was being renewed; the connection has another one now, or is gone.
    const bool is_superseded = failed->code == model::Code::kNotFound;
    if (refreshed.was_own && !is_superseded) break;
  }
  if (failed) co_return model::fail(std::move(*failed));
  co_return model::fail(
      model::Code::kProviderUnavailable,
      fmt::format("token of connection {}: the provider keeps answering tokens that live too short for what was asked", connection.str()));
}

}  // namespace valetkey::oauth
