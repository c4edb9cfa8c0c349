#include "events/delivery/destination_cache.hpp"

#include <algorithm>

namespace valetkey::events {
namespace {

constexpr std::size_t kMostTenants = 10'000;
constexpr int kMostDestinations = 1'000;  // more than a tenant may have

}  // namespace

DestinationCache::DestinationCache(Context& context)
    : context_(context),
      subscription_(context.bus.subscribe([state = state_](const ports::Change* change) { forget(*state, change); })) {}

void DestinationCache::forget(State& state, const ports::Change* change) {
  const bool is_about_one = change != nullptr && !change->tenant.empty();
  if (change != nullptr && change->kind != model::Kind::kDestination && change->kind != model::Kind::kTenant) return;
  const std::lock_guard lock(state.mutex);
  ++state.epoch;
  if (is_about_one) state.by_tenant.erase(model::TenantId{change->tenant});
  else state.by_tenant.clear();
}

ports::Answer<std::vector<model::Destination>> DestinationCache::page_of(ports::Query query) {
  auto page = co_await context_.records.find<model::Destination>(query);
  if (page || page.error().code != model::Code::kIntegrity) co_return page;
  query.kind = model::Kind::kDestination;
  auto rows = co_await context_.store().find(query);
  if (!rows) co_return model::fail(std::move(rows.error()));
  std::vector<model::Destination> sound;
  for (const auto& row : *rows) {
    auto one = co_await context_.records.load<model::Destination>(model::TenantId{*query.tenant}, row.id);
    if (!one && model::is_store_down(one.error())) co_return model::fail(std::move(one.error()));
    if (one) sound.push_back(std::move(*one));
    else context_.log.write(ports::LogLevel::kError, "a destination cannot be read, nothing is delivered there", {{"destination", row.id}});
  }
  co_return sound;
}

ports::Answer<Destinations> DestinationCache::of(model::TenantId tenant) {
  std::uint64_t epoch = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto found = state_->by_tenant.find(tenant); found != state_->by_tenant.end()) co_return found->second;
    epoch = state_->epoch;
  }
  auto all = std::make_shared<std::vector<DestinationPtr>>();
  auto page = co_await page_of({.tenant = tenant.str(), .limit = kMostDestinations});
  if (!page) co_return model::fail(std::move(page.error()));
  for (auto& destination : *page) all->push_back(std::make_shared<const model::Destination>(std::move(destination)));
  const std::lock_guard lock(state_->mutex);
  if (state_->epoch == epoch) {
    if (state_->by_tenant.size() >= kMostTenants) state_->by_tenant.clear();
    state_->by_tenant[tenant] = all;
  }
  co_return all;
}

ports::Answer<DestinationPtr> DestinationCache::find(model::TenantId tenant, model::DestinationId id) {
  auto all = co_await of(std::move(tenant));
  if (!all) co_return model::fail(std::move(all.error()));
  const auto found = std::ranges::find(**all, id, [](const DestinationPtr& each) { return each->id; });
  co_return found == (*all)->end() ? nullptr : *found;
}

}  // namespace valetkey::events
