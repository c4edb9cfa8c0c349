#include "oauth/older_connections.hpp"

#include "oauth/outbox.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;
using model::Result;

constexpr int kPage = 200;
constexpr int kMostRaces = 20;

/// One connection, against those that change it meanwhile.
ports::Answer<void> mark(Context& context, model::Connection connection, std::int64_t set_number) {
  for (int race = 0; race < kMostRaces; ++race) {
    if (connection.state != model::ConnectionState::kActive) co_return Result<void>{};
    auto grant = co_await context.records.load<model::Grant>(connection.tenant, connection.current_grant.str());
    const bool is_gone = !grant && grant.error().code == Code::kNotFound;
    if (!grant && !is_gone) co_return fail(std::move(grant.error()));
    if (grant && grant->endpoint_set >= set_number) co_return Result<void>{};
    if (!is_gone) {
      const auto expected = vault::Records::unchanged(connection);
      connection.state = model::ConnectionState::kNeedsReconnect;
      connection.state_reason = "endpoints_changed";
      connection.updated_at = context.clock.wall_now();
      ports::Unit unit{.preconditions = {expected}, .writes = {context.records.put(connection)}, .events = {}, .audit = {}};
      unit.events.push_back(connection_event(context, "connection.needs_reconnect", connection,
                                             {{"from_endpoint_set", grant->endpoint_set}, {"to_endpoint_set", set_number}}));
      auto applied = co_await context.store().apply(std::move(unit));
      if (applied || applied.error().code != Code::kPreconditionFailed) co_return applied;
    }
    auto again = co_await context.records.load<model::Connection>(connection.tenant, connection.id.str());
    if (!again && again.error().code == Code::kNotFound) co_return Result<void>{};
    if (!again) co_return fail(std::move(again.error()));
    connection = std::move(*again);
  }
  co_return fail(Code::kStoreBusy, "others kept changing the connection");
}

ports::Answer<void> mark_all(Context& context, const model::Credential& credential) {
  ports::Query query{.tenant = credential.tenant.str(), .equal = {{"credential", credential.id.str()}}, .limit = kPage};
  for (;;) {
    auto page = co_await context.records.find<model::Connection>(query);
    if (!page) co_return fail(std::move(page.error()));
    const bool is_last = page->size() < kPage;
    for (auto& connection : *page) {
      query.after = connection.id.str();
      if (auto marked = co_await mark(context, std::move(connection), credential.endpoint_set); !marked) co_return marked;
    }
    if (is_last) co_return Result<void>{};
  }
}

/// Takes back the note that marking is to be done; somebody who changes the set meanwhile wins, and the next start marks again.
ports::Answer<void> settle(Context& context, const model::Credential& credential, std::int64_t noted_in) {
  auto set = co_await context.records.load<model::EndpointSet>(credential.tenant, model::endpoint_set_id(credential.id, noted_in));
  if (!set) co_return fail(std::move(set.error()));
  if (!set->has_older_connections) co_return Result<void>{};
  const auto expected = vault::Records::unchanged(*set);
  set->has_older_connections = false;
  co_return co_await context.store().apply({.preconditions = {expected}, .writes = {context.records.put(*set)}, .events = {}, .audit = {}});
}

ports::Answer<void> mark_and_settle(Context& context, const model::TenantId& tenant, const model::CredentialId& id, std::int64_t noted_in) {
  auto credential = co_await context.records.load<model::Credential>(tenant, id.str());
  if (!credential && credential.error().code == Code::kNotFound) co_return Result<void>{};
  if (!credential) co_return fail(std::move(credential.error()));
  if (auto marked = co_await mark_all(context, *credential); !marked) co_return marked;
  co_return co_await settle(context, *credential, noted_in);
}

}  // namespace

ports::Task<void> mark_older_connections(Context& context, model::TenantId tenant, model::CredentialId credential, std::int64_t noted_in) {
  auto done = co_await mark_and_settle(context, tenant, credential, noted_in);
  if (done || done.error().code == Code::kPreconditionFailed) co_return;
  context.log.write(ports::LogLevel::kWarning, "connections of older endpoints are not all marked; the next start goes on",
                    {{"credential", credential.str()}, {"cause", done.error().detail}});
}

ports::Task<void> resume_marking(Context& context) {
  ports::Query query{.limit = kPage};
  for (bool is_last = false; !is_last;) {
    auto page = co_await context.records.find<model::EndpointSet>(query);
    if (!page) co_return;
    is_last = page->size() < kPage;
    for (const auto& set : *page) {
      query.after = model::endpoint_set_id(set.credential, set.number);
      if (set.has_older_connections) co_await mark_older_connections(context, set.tenant, set.credential, set.number);
    }
  }
}

}  // namespace valetkey::oauth
