#include "oauth/credential_endpoints.hpp"

#include "model/records.hpp"

namespace valetkey::oauth {
namespace {

constexpr int kPage = 200;

/// Everything of `query`, page by page.
template <class Record, class Visit>
ports::Answer<void> for_all(const Context& context, ports::Query query, Visit visit) {
  query.limit = kPage;
  for (;;) {
    auto page = co_await context.records.find<Record>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    for (const auto& record : *page) {
      query.after = model::to_row(record).id;
      visit(record);
    }
    if (std::cmp_less(page->size(), kPage)) co_return model::Result<void>{};
  }
}

ports::Answer<void> erase_where(const Context& context, ports::Unit& unit, const model::TenantId& tenant, std::string_view column,
                                std::string value) {
  std::vector<std::string> endpoints;
  auto listed = co_await for_all<model::Endpoint>(context, {.tenant = tenant.str(), .equal = {{column, std::move(value)}}},
                                                  [&](const model::Endpoint& endpoint) { endpoints.push_back(endpoint.id.str()); });
  if (!listed) co_return listed;
  for (const auto& id : endpoints) {
    auto erased = co_await for_all<model::EndpointKey>(
        context, {.tenant = tenant.str(), .equal = {{"endpoint", id}}},
        [&](const model::EndpointKey& key) { unit.writes.emplace_back(ports::Erase{model::Kind::kEndpointKey, key.id}); });
    if (!erased) co_return erased;
    unit.writes.emplace_back(ports::Erase{model::Kind::kEndpoint, id});
  }
  co_return model::Result<void>{};
}

ports::Answer<void> add_missing_endpoint(const Context& context, const model::Credential& credential) {
  auto known = co_await context.records.find<model::Endpoint>(
      {.tenant = credential.tenant.str(), .equal = {{"credential", credential.id.str()}}, .limit = 1});
  if (!known) co_return model::fail(std::move(known.error()));
  if (!known->empty() || credential.webhook_key.empty()) co_return model::Result<void>{};
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(credential));
  add_endpoint(context, unit, credential);
  co_return co_await context.store().apply(std::move(unit));
}

}  // namespace

void add_endpoint(const Context& context, ports::Unit& unit, const model::Credential& credential) {
  model::Endpoint endpoint{.id = ports::new_id<model::EndpointId>(context.clock, context.random), .tenant = credential.tenant};
  endpoint.credential = credential.id;
  endpoint.integration = credential.integration;
  endpoint.created_at = endpoint.updated_at = credential.created_at;
  const model::EndpointKey key{
      .id = credential.webhook_key, .tenant = credential.tenant, .endpoint = endpoint.id, .created_at = credential.created_at};
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kEndpointKey, key.id});
  unit.writes.emplace_back(context.records.put(endpoint));
  unit.writes.emplace_back(context.records.put(key));
}

ports::Task<void> add_missing_endpoints(Context& context) {
  ports::Query query{.limit = kPage};
  for (bool is_last = false; !is_last;) {
    auto page = co_await context.records.find<model::Credential>(query);
    if (!page) {
      context.log.write(ports::LogLevel::kWarning, "credentials cannot be looked through for missing endpoints",
                        {{"cause", page.error().detail}});
      co_return;
    }
    is_last = std::cmp_less(page->size(), kPage);
    for (const auto& credential : *page) {
      query.after = credential.id.str();
      auto added = co_await add_missing_endpoint(context, credential);
      if (!added)
        context.log.write(ports::LogLevel::kWarning, "a credential got no endpoint",
                          {{"credential", query.after}, {"cause", added.error().detail}});
    }
  }
}

ports::Answer<void> erase_endpoints(const Context& context, ports::Unit& unit, const model::Credential& credential) {
  return erase_where(context, unit, credential.tenant, "credential", credential.id.str());
}

ports::Answer<void> erase_endpoints(const Context& context, ports::Unit& unit, const model::Connection& connection) {
  return erase_where(context, unit, connection.tenant, "connection", connection.id.str());
}

}  // namespace valetkey::oauth
