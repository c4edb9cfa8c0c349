#include "http/resources/tenants.hpp"

#include <boost/json.hpp>

#include "http/bootstrap.hpp"
#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "model/json_reader.hpp"
#include "model/policy_document.hpp"
#include "oauth/tenants.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::fail;

json::object tenant_document(const model::Tenant& tenant) {
  return {{"id", tenant.id.str()},
          {"name", tenant.name},
          {"policy", model::to_json(tenant.policy)},
          {"created_at", model::to_rfc3339(tenant.created_at)}};
}

Response tenant_answer(const model::Tenant& tenant, int status) {
  auto response = json_response(status, tenant_document(tenant));
  set_etag(response, tenant.revision);
  response.resource_id = tenant.id.str();
  return response;
}

/// Installation keys name any tenant.
ports::Answer<model::Tenant> tenant_of(const AdminWorld& world, const Request& request) {
  co_return co_await world.context.records.load_any<model::Tenant>(request.parameter("id"));
}

model::Result<oauth::TenantChange> change_in(const json::object& body, const model::Policy& policy, bool is_new) {
  std::vector<model::FieldError> errors;
  model::JsonReader reader(body, "", errors);
  oauth::TenantChange change;
  constexpr model::TextLimits kName{.least = 1, .most = 100};
  if (is_new) change.name = reader.required_string("name", kName);
  else change.name = reader.optional_string("name", kName);
  if (const auto* document = reader.raw("policy")) {
    auto read = model::read_policy(*document, policy, "/policy");
    if (read) change.policy = *read;
    else errors.insert(errors.end(), read.error().fields.begin(), read.error().fields.end());
  }
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("read the tenant", std::move(errors)));
  return change;
}

ports::Task<Response> list(AdminWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto found = co_await world.context.records.find<model::Tenant>({.after = page->after, .limit = page->limit + 1});
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& tenant : *found) data.emplace_back(tenant_document(tenant));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().id.str());
}

ports::Task<Response> read(AdminWorld world, Request& request) {
  auto tenant = co_await tenant_of(world, request);
  if (!tenant) co_return problem_response(tenant.error(), request);
  co_return tenant_answer(*tenant, 200);
}

ports::Task<Response> create(AdminWorld world, Request& request) {
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto wish = change_in(*body, {}, true);
  if (!wish) co_return problem_response(wish.error(), request);
  Response response;
  auto made =
      co_await oauth::Tenants(world.context)
          .create(std::move(*wish->name), wish->policy.value_or(model::Policy{}), [&](ports::Unit& unit, const model::Tenant& tenant) {
            response = tenant_answer(tenant, 201);
            response.set("Location", "/v1/tenants/" + tenant.id.str());
            unit.audit.push_back(
                audit_entry(world.context.clock, *request.caller, "tenant.created", tenant.id.str(), {{"name", tenant.name}}));
            keep_answer(request, unit, response);
          });
  if (!made) co_return problem_response(made.error(), request);
  co_return response;
}

ports::Task<Response> change(AdminWorld world, Request& request) {
  auto before = co_await tenant_of(world, request);
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->revision); !matches) co_return problem_response(matches.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto wish = change_in(*body, before->policy, false);
  if (!wish) co_return problem_response(wish.error(), request);
  auto changed = co_await oauth::Tenants(world.context)
                     .change(std::move(*before), std::move(*wish), [&](ports::Unit& unit, const model::Tenant& tenant) {
                       unit.audit.push_back(
                           audit_entry(world.context.clock, *request.caller, "tenant.changed", tenant.id.str(), changed_members(*body)));
                     });
  if (!changed) co_return problem_response(changed.error(), request);
  co_return tenant_answer(*changed, 200);
}

ports::Task<Response> remove(AdminWorld world, Request& request) {
  auto tenant = co_await tenant_of(world, request);
  if (!tenant) co_return problem_response(tenant.error(), request);
  if (auto matches = check_if_match(request, tenant->revision); !matches) co_return problem_response(matches.error(), request);
  if (tenant->id.str() == kDefaultTenant)
    co_return problem_response({.code = model::Code::kConflict, .detail = "delete a tenant: the default tenant stays"}, request);
  auto removed = co_await oauth::Tenants(world.context).remove(std::move(*tenant), [&](ports::Unit& unit, const model::Tenant& gone) {
    unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "tenant.deleted", gone.id.str(), {{"name", gone.name}}));
  });
  if (!removed) co_return problem_response(removed.error(), request);
  co_return no_content();
}

}  // namespace

void add_tenant_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "GET", "/v1/tenants", installation(), list);
  add_resource_route(router, world, "POST", "/v1/tenants", installation(), create);
  add_resource_route(router, world, "GET", "/v1/tenants/{id}", installation(), read);
  add_resource_route(router, world, "PATCH", "/v1/tenants/{id}", installation(), change);
  add_resource_route(router, world, "DELETE", "/v1/tenants/{id}", installation(), remove);
}

}  // namespace valetkey::http
