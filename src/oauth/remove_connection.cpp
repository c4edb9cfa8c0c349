#include "oauth/connections.hpp"
#include "oauth/credential_endpoints.hpp"
#include "oauth/outbox.hpp"
#include "oauth/token_request.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;

struct Revocable {
  model::Secret token;
  std::string hint;
};

/// What to hand to the revocation endpoint. The refresh token, first, ends the whole grant (RFC 7009 2.1), but not every server ends
/// the access tokens with it.
ports::Answer<std::vector<Revocable>> revocables_of(const Context& context, const GrantState& state) {
  const auto& grant = state.grant;
  std::vector<Revocable> out;
  if (!grant.refresh_token.empty()) {
    auto token = co_await context.keys.open(vault::refresh_token_place(grant, state.client.set_hash), grant.refresh_token);
    if (!token) co_return fail(std::move(token.error()));
    out.push_back({std::move(*token), "refresh_token"});
  }
  for (const auto& access : grant.access_tokens) {
    if (access.expires_at && *access.expires_at <= context.clock.wall_now()) continue;
    auto token = co_await context.keys.open(vault::access_token_place(grant, access, state.client.set_hash), access.sealed);
    if (!token) co_return fail(std::move(token.error()));
    out.push_back({std::move(*token), "access_token"});
  }
  co_return out;
}

/// Why the server did not take it; empty: it did.
ports::Task<std::string> refusal_of_revocation(const Context& context, const Client& client, const std::string& url,
                                               const Revocable& revocable) {
  auto request =
      token_request(client.integration, url, {{"token", std::string(revocable.token.reveal())}, {"token_type_hint", revocable.hint}},
                    proof_of(client, 0));
  request.tenant = client.credential.tenant;
  auto response = co_await context.http.send(std::move(request));
  if (!response) co_return response.error().error.detail;
  if (response->status < 200 || response->status > 299) co_return fmt::format("the provider answered {}", response->status);
  co_return std::string();
}

/// Another living connection of the same account through the same credential.
ports::Answer<bool> is_shared(const Context& context, const model::Connection& connection) {
  if (connection.account.empty()) co_return false;
  std::string after;
  for (;;) {
    auto page = co_await context.records.find<model::Connection>(
        {.tenant = connection.tenant.str(), .equal = {{"credential", connection.credential.str()}}, .after = after, .limit = 200});
    if (!page) co_return fail(std::move(page.error()));
    for (const auto& other : *page)
      if (other.id != connection.id && other.account == connection.account) co_return true;
    if (page->size() < 200) co_return false;
    after = page->back().id.str();
  }
}

}  // namespace

std::string_view to_string(Revocation::Outcome outcome) {
  switch (outcome) {
    case Revocation::Outcome::kRevoked: return "revoked";
    case Revocation::Outcome::kNotSupported: return "not_supported";
    case Revocation::Outcome::kShared: return "shared";
    case Revocation::Outcome::kFailed: return "failed";
  }
  std::unreachable();
}

ports::Answer<Revocation> Connections::revoke(const GrantState& state) {
  using enum Revocation::Outcome;
  const auto& client = state.client;
  if (client.integration.revocation_url.empty()) co_return Revocation{kNotSupported, "the integration declares no revocation endpoint"};
  if (context_.is_on_hold) co_return Revocation{kFailed, "this copy of the store is on hold"};
  if (client.integration.revocation_ends_all_grants) {
    auto shared = co_await is_shared(context_, state.connection);
    if (!shared) co_return fail(std::move(shared.error()));
    if (*shared) co_return Revocation{kShared, "a revocation there would end another connection of the same account too"};
  }
  auto url = filled_url(client, client.integration.revocation_url, state.connection.fields);
  if (!url) co_return Revocation{kFailed, url.error().detail};
  auto revocables = co_await revocables_of(context_, state);
  if (!revocables) co_return Revocation{kFailed, revocables.error().detail};
  if (revocables->empty()) co_return Revocation{kNotSupported, "the grant holds no token that lives"};
  Revocation revocation{kRevoked, ""};
  for (const auto& revocable : *revocables) {
    const bool is_first = &revocable == &revocables->front();
    auto refusal = co_await refusal_of_revocation(context_, client, *url, revocable);
    if (refusal.empty()) continue;
    if (is_first) co_return Revocation{kFailed, std::move(refusal)};
    revocation.detail = "an access token may live until it expires: " + refusal;
  }
  co_return revocation;
}

ports::Answer<Removed> Connections::remove(model::TenantId tenant, model::ConnectionId id, Alongside<Removed> alongside) {
  auto connection = co_await context_.records.load<model::Connection>(tenant, id.str());
  if (!connection) co_return fail(std::move(connection.error()));
  auto removed = std::make_shared<Removed>(Removed{.id = id});
  const GrantKey key{tenant, id, connection->current_grant};
  auto done = co_await refresher_.exclusively(key, [this, tenant, id, removed, alongside]() -> ports::Answer<void> {
    auto state = co_await read_state(context_, tenant, id);
    if (!state) co_return fail(std::move(state.error()));
    auto revocation = co_await revoke(*state);
    if (!revocation) co_return fail(std::move(revocation.error()));
    removed->revocation = std::move(*revocation);
    auto grants = co_await context_.records.find<model::Grant>({.tenant = tenant.str(), .equal = {{"connection", id.str()}}, .limit = 100});
    if (!grants) co_return fail(std::move(grants.error()));
    ports::Unit unit;
    unit.writes.emplace_back(ports::Erase{model::Kind::kConnection, id.str()});
    for (const auto& grant : *grants) unit.writes.emplace_back(ports::Erase{model::Kind::kGrant, grant.id.str()});
    if (auto added = co_await erase_endpoints(context_, unit, state->connection); !added) co_return added;
    state->connection.state = model::ConnectionState::kRevoked;
    state->connection.state_reason = "deleted";
    unit.events.push_back(
        connection_event(context_, "connection.deleted", state->connection, {{"revocation", to_string(removed->revocation.outcome)}}));
    if (alongside) alongside(unit, *removed);
    co_return co_await context_.store().apply(std::move(unit));
  });
  if (!done) co_return fail(std::move(done.error()));
  co_return std::move(*removed);
}

ports::Answer<std::vector<Removed>> Connections::remove_of_end_user(model::TenantId tenant, std::string end_user,
                                                                    Alongside<Removed> alongside) {
  std::vector<Removed> all;
  std::optional<model::Error> failed;
  std::string after;
  for (;;) {
    auto page = co_await context_.records.find<model::Connection>(
        {.tenant = tenant.str(), .equal = {{"end_user", end_user}}, .after = after, .limit = 100});
    if (!page) co_return fail(std::move(page.error()));
    if (page->empty()) break;
    after = page->back().id.str();
    for (const auto& connection : *page) {
      auto removed = co_await remove(tenant, connection.id, alongside);
      if (removed) all.push_back(std::move(*removed));
      else if (removed.error().code != Code::kNotFound && !failed) failed = std::move(removed.error());
    }
  }
  if (failed) co_return fail(model::in_context(std::move(*failed), fmt::format("{} connections were deleted, one was not", all.size())));
  if (all.empty()) co_return fail(Code::kNotFound, "no such end user");
  co_return all;
}

}  // namespace valetkey::oauth
