#include "http/resources/services.hpp"

#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/admin_world.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/service_document.hpp"
#include "model/config_service_kinds.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::fail;

constexpr std::string_view kPresets = "preset";

struct ListWish {
  bool is_of_presets = false;
  services::ServiceFilter filter;
};

model::Result<ListWish> list_wish(const Request& request) {
  ListWish wish;
  if (const auto text = request.query_value("implementation")) {
    wish.is_of_presets = *text == kPresets;
    wish.filter.implementation = model::spelled<model::Implementation>(*text);
    if (!wish.is_of_presets && !wish.filter.implementation)
      return fail(model::invalid_input("read the query", {{"/implementation", "must be preset, declarative, script or http"}}));
  }
  if (const auto kind = request.query_value("kind")) {
    if (!model::is_config_service_kind(*kind) && !model::is_custom_service_kind(*kind))
      return fail(model::invalid_input("read the query", {{"/kind", "is no kind of config service"}}));
    wish.filter.kind = *kind;
  }
  return wish;
}

ports::Task<Response> list(ServicesWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto wish = list_wish(request);
  if (!wish) co_return problem_response(wish.error(), request);
  if (wish->is_of_presets) co_return preset_page(world.presets, request, wish->filter.kind);
  auto found = co_await world.own.list(request.caller->tenant, wish->filter, page->after, page->limit + 1);
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& head : *found) data.emplace_back(service_summary(head));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().id.str());
}

Response whole(const services::OwnService& service, int status) {
  auto document = service_document(service);
  if (service.signing_secret) document["signing_secret"] = service.signing_secret->reveal();
  auto response = json_response(status, document);
  set_etag(response, service.head.revision);
  response.resource_id = service.head.id.str();
  response.holds_secret = service.signing_secret.has_value();
  return response;
}

ports::Task<Response> read(ServicesWorld world, Request& request) {
  auto service = co_await world.own.load(request.caller->tenant, model::ServiceId{request.parameter("id")});
  if (!service) co_return problem_response(service.error(), request);
  co_return whole(*service, 200);
}

ports::Task<Response> create(ServicesWorld world, Request& request) {
  const auto& caller = *request.caller;
  if (auto allowed = check_unlimited(caller, "make a service"); !allowed) co_return problem_response(allowed.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto wish = services::read_new_service(*body);
  if (!wish) co_return problem_response(wish.error(), request);
  Response response;
  auto made =
      co_await world.own.create(caller.tenant, caller.key, std::move(*wish), [&](ports::Unit& unit, const services::OwnService& service) {
        response = whole(service, 201);
        response.set("Location", "/v1/services/" + service.head.id.str());
        unit.audit.push_back(audit_entry(world.clock, caller, "service.created", service.head.id.str(),
                                         {{"implementation", model::spelling(service.head.implementation)}}));
        keep_answer(request, unit, response);
      });
  if (!made) co_return problem_response(made.error(), request);
  co_return response;
}

/// The service that a change or deletion is about.
ports::Answer<services::OwnService> matched(const ServicesWorld& world, const Request& request, std::string_view doing) {
  auto service = co_await world.own.load(request.caller->tenant, model::ServiceId{request.parameter("id")});
  if (!service) co_return fail(std::move(service.error()));
  if (auto allowed = check_unlimited(*request.caller, doing); !allowed) co_return fail(std::move(allowed.error()));
  if (auto matches = check_if_match(request, service->head.revision); !matches) co_return fail(std::move(matches.error()));
  co_return service;
}

ports::Task<Response> change(ServicesWorld world, Request& request) {
  auto before = co_await matched(world, request, "change a service");
  if (!before) co_return problem_response(before.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto wish = services::read_service_change(*body, before->head);
  if (!wish) co_return problem_response(wish.error(), request);
  auto detail = changed_members(*body);
  auto changed = co_await world.own.change(
      std::move(*before), request.caller->key, std::move(*wish), [&](ports::Unit& unit, const services::OwnService& service) {
        detail["version"] = service.head.version;
        unit.audit.push_back(audit_entry(world.clock, *request.caller, "service.changed", service.head.id.str(), detail));
      });
  if (!changed) co_return problem_response(changed.error(), request);
  co_return whole(*changed, 200);
}

ports::Task<Response> remove(ServicesWorld world, Request& request) {
  auto before = co_await matched(world, request, "delete a service");
  if (!before) co_return problem_response(before.error(), request);
  auto removed = co_await world.own.remove(std::move(*before), [&](ports::Unit& unit, const services::OwnService& service) {
    unit.audit.push_back(audit_entry(world.clock, *request.caller, "service.deleted", service.head.id.str()));
  });
  if (!removed) co_return problem_response(removed.error(), request);
  co_return no_content();
}

}  // namespace

void add_config_service_routes(Router& router, const ServicesWorld& world) {
  add_resource_route(router, world, "GET", "/v1/services", scoped({Scope::kServicesRead}), list);
  add_resource_route(router, world, "POST", "/v1/services", scoped({Scope::kServicesWrite}), create);
  add_resource_route(router, world, "GET", "/v1/services/{id}", scoped({Scope::kServicesRead}), read);
  add_resource_route(router, world, "PATCH", "/v1/services/{id}", scoped({Scope::kServicesWrite}), change);
  add_resource_route(router, world, "DELETE", "/v1/services/{id}", scoped({Scope::kServicesWrite}), remove);
  add_service_version_routes(router, world);
  add_preset_routes(router, world);
  add_try_route(router, world);
}

}  // namespace valetkey::http
