#include "oauth/credential_removal.hpp"

#include <fmt/format.h>

#include "oauth/credential_endpoints.hpp"
#include "oauth/outbox.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;
using model::Result;

constexpr int kPage = 100;

ports::Query connections_query(const model::Credential& credential, int limit = kPage) {
  return {.tenant = credential.tenant.str(), .equal = {{"credential", credential.id.str()}}, .limit = limit};
}

ports::Answer<std::int64_t> count_connections(const Context& context, const model::Credential& credential) {
  auto query = connections_query(credential);
  query.kind = model::Kind::kConnection;
  co_return co_await context.store().count(std::move(query));
}

/// Everything that is the credential's own.
ports::Answer<void> add_erasures(const Context& context, const model::Credential& credential, ports::Unit& unit) {
  unit.preconditions.emplace_back(vault::Records::unchanged(credential));
  unit.writes.emplace_back(ports::Erase{model::Kind::kCredential, credential.id.str()});
  for (std::int64_t number = 1; number <= credential.endpoint_set; ++number)
    unit.writes.emplace_back(ports::Erase{model::Kind::kEndpointSet, model::endpoint_set_id(credential.id, number)});
  if (auto added = co_await erase_endpoints(context, unit, credential); !added) co_return added;
  if (credential.callback_key.empty()) co_return Result<void>{};
  auto key = co_await context.records.load<model::CallbackKey>(credential.tenant, credential.callback_key);
  if (!key && key.error().code != Code::kNotFound) co_return fail(std::move(key.error()));
  if (key && key->credential == credential.id.str()) unit.writes.emplace_back(ports::Erase{model::Kind::kCallbackKey, key->id});
  co_return Result<void>{};
}

}  // namespace

ports::Answer<std::vector<Removed>> CredentialRemoval::remove_connections(const model::Credential& credential,
                                                                          const Alongside<Removed>& with_each) {
  std::vector<Removed> all;
  for (;;) {
    auto page = co_await context_.records.find<model::Connection>(connections_query(credential));
    if (!page) co_return fail(std::move(page.error()));
    if (page->empty()) co_return all;
    for (const auto& connection : *page) {
      auto removed = co_await connections_.remove(credential.tenant, connection.id, with_each);
      if (removed) all.push_back(std::move(*removed));
      else if (removed.error().code != Code::kNotFound)
        co_return fail(
            model::in_context(std::move(removed.error()), fmt::format("delete credential {}: {} connections were deleted, {} was not",
                                                                      credential.id.str(), all.size(), connection.id.str())));
    }
  }
}

ports::Answer<RemovedCredential> CredentialRemoval::run(model::Credential credential, bool cascade, Alongside<Removed> with_each,
                                                        Alongside<model::Credential> alongside) {
  auto count = co_await count_connections(context_, credential);
  if (!count) co_return fail(std::move(count.error()));
  if (*count > 0 && !cascade)
    co_return fail(Code::kConflict,
                   fmt::format("delete credential {}: it has {} connections; delete them first, or repeat with ?cascade=true",
                               credential.id.str(), *count));
  RemovedCredential removed{.credential = credential, .connections = {}};
  if (*count > 0) {
    auto connections = co_await remove_connections(credential, with_each);
    if (!connections) co_return fail(std::move(connections.error()));
    removed.connections = std::move(*connections);
    // A refused or accepted revocation may have written the credential meanwhile.
    auto again = co_await context_.records.load<model::Credential>(credential.tenant, credential.id.str());
    if (!again) co_return fail(std::move(again.error()));
    credential = std::move(*again);
  }
  ports::Unit unit;
  if (auto added = co_await add_erasures(context_, credential, unit); !added) co_return fail(std::move(added.error()));
  if (alongside) alongside(unit, credential);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "delete the credential"));
  if (auto erased = co_await erase_orphans(credential); !erased) co_return fail(std::move(erased.error()));
  co_return removed;
}

/// A connection that was made between the look for connections and the deletion has no endpoints left that could revoke it.
ports::Answer<void> CredentialRemoval::erase_orphans(const model::Credential& credential) {
  for (;;) {
    auto page = co_await context_.records.find<model::Connection>(connections_query(credential));
    if (!page) co_return fail(std::move(page.error()));
    if (page->empty()) co_return Result<void>{};
    ports::Unit unit;
    for (auto& connection : *page) {
      unit.writes.emplace_back(ports::Erase{model::Kind::kConnection, connection.id.str()});
      if (!connection.current_grant.empty()) unit.writes.emplace_back(ports::Erase{model::Kind::kGrant, connection.current_grant.str()});
      connection.state = model::ConnectionState::kRevoked;
      connection.state_reason = "deleted";
      unit.events.push_back(connection_event(context_, "connection.deleted", connection, {{"revocation", "failed"}}));
    }
    if (auto applied = co_await context_.store().apply(std::move(unit)); !applied) co_return applied;
  }
}

}  // namespace valetkey::oauth
