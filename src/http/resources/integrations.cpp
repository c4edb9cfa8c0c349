#include "http/resources/integrations.hpp"

#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "model/integration_document.hpp"
#include "oauth/integrations.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;

json::object summary(const model::Integration& integration) {
  return {{"slug", integration.slug},
          {"name", integration.name},
          {"description", integration.description},
          {"custom", integration.is_custom},
          {"grant_types", json::array(integration.grant_types.begin(), integration.grant_types.end())},
          {"documentation_url", integration.documentation_url},
          {"registration_url", integration.registration_url}};
}

Response whole(const oauth::IntegrationView& view, int status) {
  auto document = model::to_json(view.integration).as_object();
  document["custom"] = view.integration.is_custom;
  auto response = json_response(status, document);
  if (view.revision > 0) set_etag(response, view.revision);
  response.resource_id = view.integration.slug;
  return response;
}

ports::Task<Response> list(AdminWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto found = co_await oauth::Integrations(world.context).list(request.caller->tenant, page->after, page->limit + 1);
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& view : *found) data.emplace_back(summary(view.integration));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().integration.slug);
}

ports::Task<Response> read(AdminWorld world, Request& request) {
  auto view = co_await oauth::Integrations(world.context).load(request.caller->tenant, request.parameter("slug"));
  if (!view) co_return problem_response(view.error(), request);
  co_return whole(*view, 200);
}

ports::Task<Response> create(AdminWorld world, Request& request) {
  const auto& caller = *request.caller;
  if (auto allowed = check_unlimited(caller, "make an integration"); !allowed) co_return problem_response(allowed.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  Response response;
  auto made = co_await oauth::Integrations(world.context)
                  .create(caller.tenant, std::move(*body), [&](ports::Unit& unit, const oauth::IntegrationView& view) {
                    response = whole(view, 201);
                    response.set("Location", "/v1/integrations/" + view.integration.slug);
                    unit.audit.push_back(audit_entry(world.context.clock, caller, "integration.created", view.integration.slug));
                    keep_answer(request, unit, response);
                  });
  if (!made) co_return problem_response(made.error(), request);
  co_return response;
}

/// The integration that a change or deletion is about.
ports::Answer<oauth::IntegrationView> matched(const AdminWorld& world, const Request& request, std::string_view doing) {
  auto view = co_await oauth::Integrations(world.context).load(request.caller->tenant, request.parameter("slug"));
  if (!view) co_return model::fail(std::move(view.error()));
  if (auto allowed = check_unlimited(*request.caller, doing); !allowed) co_return model::fail(std::move(allowed.error()));
  if (auto matches = check_if_match(request, view->revision); !matches) co_return model::fail(std::move(matches.error()));
  co_return view;
}

ports::Task<Response> change(AdminWorld world, Request& request) {
  auto before = co_await matched(world, request, "change an integration");
  if (!before) co_return problem_response(before.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto detail = changed_members(*body);
  auto changed = co_await oauth::Integrations(world.context)
                     .change(request.caller->tenant, before->integration.slug, before->revision, std::move(*body),
                             [&](ports::Unit& unit, const oauth::IntegrationView& view) {
                               unit.audit.push_back(
                                   audit_entry(world.context.clock, *request.caller, "integration.changed", view.integration.slug, detail));
                             });
  if (!changed) co_return problem_response(changed.error(), request);
  co_return whole(*changed, 200);
}

ports::Task<Response> remove(AdminWorld world, Request& request) {
  auto before = co_await matched(world, request, "delete an integration");
  if (!before) co_return problem_response(before.error(), request);
  auto removed =
      co_await oauth::Integrations(world.context)
          .remove(request.caller->tenant, before->integration.slug, before->revision, [&](ports::Unit& unit, const std::string& slug) {
            unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "integration.deleted", slug));
          });
  if (!removed) co_return problem_response(removed.error(), request);
  co_return no_content();
}

}  // namespace

void add_integration_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "GET", "/v1/integrations", scoped({Scope::kIntegrationsRead}), list);
  add_resource_route(router, world, "POST", "/v1/integrations", scoped({Scope::kIntegrationsWrite}), create);
  add_resource_route(router, world, "GET", "/v1/integrations/{slug}", scoped({Scope::kIntegrationsRead}), read);
  add_resource_route(router, world, "PATCH", "/v1/integrations/{slug}", scoped({Scope::kIntegrationsWrite}), change);
  add_resource_route(router, world, "DELETE", "/v1/integrations/{slug}", scoped({Scope::kIntegrationsWrite}), remove);
}

}  // namespace valetkey::http
