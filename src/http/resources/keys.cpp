#include "http/resources/keys.hpp"

#include <boost/json.hpp>

#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/key_body.hpp"
#include "oauth/filtered_find.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

/// A limited key knows of keys within its own limits only.
bool may_see(const Caller& caller, const model::ApiKey& key) {
  if (caller.role == model::KeyRole::kInstallation) return true;
  KeySpec limits_only{.tenant = key.tenant, .limits = key.limits, .expires_at = caller.expires_at};
  return check_within(caller, limits_only).has_value();
}

Response made_answer(const MadeKey& made) {
  auto document = key_document(made.record);
  document["key"] = made.text.reveal();
  auto response = json_response(201, document);
  response.holds_secret = true;
  response.resource_id = made.record.id.str();
  response.set("Location", "/v1/keys/" + made.record.id.str());
  return response;
}

/// The audit entry goes into the chain of the key's own tenant.
void add_audit(const AdminWorld& world, const Request& request, ports::Unit& unit, std::string_view action, const model::ApiKey& key,
               json::object detail) {
  auto entry = audit_entry(world.context.clock, *request.caller, action, key.id.str(), std::move(detail));
  entry.tenant = key.tenant;
  unit.audit.push_back(std::move(entry));
}

ports::Answer<ports::Unit> unit_of(const AdminWorld& world, const Request& request, const MadeKey& made, const Response& response) {
  auto unit = co_await unit_of_new_key(world.context.records, world.context.clock, made.record);
  if (!unit) co_return fail(std::move(unit.error()));
  if (!made.record.tenant.empty()) {
    // Holds the tenant: a key of a tenant that is deleted meanwhile must not be left over.
    unit->preconditions.emplace_back(oauth::room_for_one(model::Kind::kApiKey, made.record.tenant, world.context.quotas.keys));
    auto tenant = co_await world.context.records.load<model::Tenant>(made.record.tenant, made.record.tenant.str());
    if (!tenant) co_return fail(std::move(tenant.error()));
    unit->preconditions.emplace_back(vault::Records::unchanged(*tenant));
  }
  add_audit(world, request, *unit, "key.created", made.record,
            {{"scopes", json::array(made.record.scopes.begin(), made.record.scopes.end())}});
  keep_answer(request, *unit, response);
  co_return unit;
}

ports::Task<Response> create(AdminWorld world, Request& request) {
  auto spec = co_await read_key_spec(world, request);
  if (!spec) co_return problem_response(spec.error(), request);
  if (auto within = check_within(*request.caller, *spec); !within) co_return problem_response(within.error(), request);
  const auto made = make_key(std::move(*spec), world.context.keys, world.context.clock, world.context.random);
  auto response = made_answer(made);
  auto unit = co_await unit_of(world, request, made, response);
  if (!unit) co_return problem_response(unit.error(), request);
  auto applied = co_await world.context.store().apply(std::move(*unit));
  if (applied) co_return response;
  // Two first admin keys at once: the bootstrap key ended with the other one.
  if (applied.error().code == Code::kPreconditionFailed)
    applied = fail(Code::kConflict, "make a key: the installation or the tenant changed meanwhile, send it again");
  co_return problem_response(applied.error(), request);
}

ports::Task<Response> list(AdminWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  const auto& caller = *request.caller;
  ports::Query query{.tenant = caller.tenant.str(), .after = page->after};
  if (const auto tenant = request.query_value("tenant"); tenant && caller.role == model::KeyRole::kInstallation)
    query.tenant = std::string(*tenant);
  auto found =
      co_await oauth::filtered_find<model::ApiKey>(world.context.records, std::move(query), static_cast<std::size_t>(page->limit) + 1,
                                                   [&](const model::ApiKey& key) { return may_see(caller, key); });
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& key : *found) data.emplace_back(key_document(key));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().id.str());
}

ports::Answer<model::ApiKey> key_of(const AdminWorld& world, const Request& request) {
  const auto& caller = *request.caller;
  const auto& id = request.parameter("id");
  const bool is_installation = caller.role == model::KeyRole::kInstallation;
  auto key = is_installation ? co_await world.context.records.load_any<model::ApiKey>(id)
                             : co_await world.context.records.load<model::ApiKey>(caller.tenant, id);
  if (key && !may_see(caller, *key)) co_return fail(Code::kNotFound, "no such key");
  co_return key;
}

ports::Task<Response> read(AdminWorld world, Request& request) {
  auto key = co_await key_of(world, request);
  if (!key) co_return problem_response(key.error(), request);
  co_return json_response(200, key_document(*key));
}

/// Nobody deletes the key in hand, so that a tenant always keeps one that can make others.
ports::Task<Response> remove(AdminWorld world, Request& request) {
  auto key = co_await key_of(world, request);
  if (!key) co_return problem_response(key.error(), request);
  if (key->id == request.caller->key)
    co_return problem_response({.code = Code::kConflict, .detail = "delete a key: it is the one this request is made with; use another"},
                               request);
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(*key));
  unit.writes.emplace_back(ports::Erase{model::Kind::kApiKey, key->id.str()});
  add_audit(world, request, unit, "key.deleted", *key, {{"name", key->name}});
  if (auto applied = co_await world.context.store().apply(std::move(unit)); !applied) co_return problem_response(applied.error(), request);
  co_return no_content();
}

}  // namespace

void add_key_routes(Router& router, AdminWorld world) {
  const auto needs = scoped_or_installation({Scope::kKeysWrite});
  add_resource_route(router, world, "GET", "/v1/keys", needs, list);
  add_resource_route(router, world, "POST", "/v1/keys", needs, create);
  add_resource_route(router, world, "GET", "/v1/keys/{id}", needs, read);
  add_resource_route(router, world, "DELETE", "/v1/keys/{id}", needs, remove);
}

}  // namespace valetkey::http
