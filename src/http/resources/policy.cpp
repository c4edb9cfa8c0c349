#include "http/resources/policy.hpp"

#include <boost/json.hpp>
#include <limits>

#include "http/etag.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "model/policy_document.hpp"
#include "oauth/tenants.hpp"

namespace valetkey::http {
namespace {

/// Null where there is no limit.
boost::json::value limit_or_null(std::int64_t limit) {
  if (limit == std::numeric_limits<std::int64_t>::max()) return nullptr;
  return limit;
}

/// What the tenant set, and what follows from it and from the installation.
Response policy_answer(const AdminWorld& world, const model::Tenant& tenant) {
  auto document = model::to_json(tenant.policy);
  const auto& quotas = world.context.quotas;
  document["effective"] = {{"max_credentials", limit_or_null(tenant.policy.max_credentials.value_or(quotas.credentials))},
                           {"max_connections", limit_or_null(tenant.policy.max_connections.value_or(quotas.connections))}};
  auto response = json_response(200, document);
  set_etag(response, tenant.revision);
  return response;
}

ports::Answer<model::Tenant> own_tenant(const AdminWorld& world, const Request& request) {
  const auto& tenant = request.caller->tenant;
  co_return co_await world.context.records.load<model::Tenant>(tenant, tenant.str());
}

ports::Task<Response> read(AdminWorld world, Request& request) {
  auto tenant = co_await own_tenant(world, request);
  if (!tenant) co_return problem_response(tenant.error(), request);
  co_return policy_answer(world, *tenant);
}

/// The policy is what holds even where a tenant's admin key has leaked, so that this key makes it tighter only.
ports::Task<Response> change(AdminWorld world, Request& request) {
  if (auto allowed = check_unlimited(*request.caller, "change the policy"); !allowed) co_return problem_response(allowed.error(), request);
  auto before = co_await own_tenant(world, request);
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->revision); !matches) co_return problem_response(matches.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto policy = model::read_policy(*body, before->policy);
  if (!policy) co_return problem_response(policy.error(), request);
  if (auto errors = model::loosened(before->policy, *policy, world.context.quotas.as_policy()); !errors.empty())
    co_return problem_response(
        {.code = model::Code::kForbidden, .detail = "change the policy: a tenant can only make it tighter", .fields = std::move(errors)},
        request);
  auto changed = co_await oauth::Tenants(world.context)
                     .change(std::move(*before), {.name = {}, .policy = *policy}, [&](ports::Unit& unit, const model::Tenant& tenant) {
                       unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "policy.changed", tenant.id.str(),
                                                        {{"policy", model::to_json(tenant.policy)}}));
                     });
  if (!changed) co_return problem_response(changed.error(), request);
  co_return policy_answer(world, *changed);
}

}  // namespace

void add_policy_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "GET", "/v1/policy", scoped({}), read);
  add_resource_route(router, world, "PATCH", "/v1/policy", scoped({Scope::kKeysWrite}), change);
}

}  // namespace valetkey::http
