#include "oauth/tenants.hpp"

namespace valetkey::oauth {

using model::fail;

ports::Answer<model::Tenant> Tenants::create(std::string name, model::Policy policy, Alongside<model::Tenant> alongside) {
  model::Tenant tenant{.id = ports::new_id<model::TenantId>(context_.clock, context_.random),
                       .revision = 0,
                       .name = std::move(name),
                       .policy = policy,
                       .created_at = context_.clock.wall_now()};
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kTenant, tenant.id.str()});
  unit.writes.emplace_back(context_.records.put(tenant));
  tenant.revision = 1;
  if (alongside) alongside(unit, tenant);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "make a tenant"));
  co_return tenant;
}

ports::Answer<model::Tenant> Tenants::change(model::Tenant tenant, TenantChange change, Alongside<model::Tenant> alongside) {
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(tenant));
  if (change.name) tenant.name = std::move(*change.name);
  if (change.policy) tenant.policy = *change.policy;
  unit.writes.emplace_back(context_.records.put(tenant));
  ++tenant.revision;
  if (alongside) alongside(unit, tenant);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "change the tenant"));
  co_return tenant;
}

ports::Answer<void> Tenants::remove(model::Tenant tenant, Alongside<model::Tenant> alongside) {
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(tenant));
  unit.writes.emplace_back(ports::EraseTenant{tenant.id.str()});
  if (alongside) alongside(unit, tenant);
  auto applied = co_await context_.store().apply(std::move(unit));
  if (!applied) co_return fail(model::in_context(std::move(applied.error()), "delete the tenant"));
  context_.keys.forget_tenant(tenant.id);
  co_return applied;
}

}  // namespace valetkey::oauth
