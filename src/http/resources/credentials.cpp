#include "http/resources/credentials.hpp"

#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "http/resources/credential_actions.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"
#include "oauth/credential_removal.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::fail;

ports::Task<Response> create(AdminWorld world, Request& request) {
  const auto& caller = *request.caller;
  if (auto allowed = check_unlimited(caller, "make a credential"); !allowed) co_return problem_response(allowed.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  Response response;
  auto made = co_await oauth::Credentials(world.context)
                  .create(caller.tenant, std::move(*body), [&](ports::Unit& unit, const oauth::CredentialView& view) {
                    const auto& id = view.credential.id.str();
                    response = credential_answer(world, view, 201);
                    response.set("Location", "/v1/credentials/" + id);
                    unit.audit.push_back(audit_entry(world.context.clock, caller, "credential.created", id,
                                                     {{"integration", view.credential.integration}, {"endpoint_set", view.set.number}}));
                    keep_answer(request, unit, response);
                  });
  if (!made) co_return problem_response(made.error(), request);
  co_return response;
}

model::Result<oauth::CredentialFilter> filter_of(const Request& request) {
  oauth::CredentialFilter filter;
  filter.integration = request.query_value("integration").value_or("");
  filter.name_prefix = request.query_value("name").value_or("");
  if (const auto text = request.query_value("grant_type")) {
    filter.grant_type = model::spelled<model::GrantType>(*text);
    if (!filter.grant_type)
      return fail(model::invalid_input("read the query", {{"/grant_type", "must be authorization_code, password or client_credentials"}}));
  }
  filter.is_permitted = [caller = request.caller](const model::Credential& credential) { return permits(*caller, credential.id); };
  return filter;
}

ports::Task<Response> list(AdminWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto filter = filter_of(request);
  if (!filter) co_return problem_response(filter.error(), request);
  auto found = co_await oauth::Credentials(world.context).list(request.caller->tenant, std::move(*filter), page->after, page->limit + 1);
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& view : *found) data.emplace_back(credential_document(world, view));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : found->back().credential.id.str());
}

ports::Task<Response> read(AdminWorld world, Request& request) {
  auto view = co_await credential_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  co_return credential_answer(world, *view, 200);
}

ports::Task<Response> change(AdminWorld world, Request& request) {
  auto before = co_await credential_of(world, request);
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->credential.revision); !matches) co_return problem_response(matches.error(), request);
  auto body = json_object(request);
  if (!body) co_return problem_response(body.error(), request);
  auto detail = changed_members(*body);
  const auto set_before = before->set.number;
  auto changed =
      co_await oauth::Credentials(world.context)
          .change(std::move(*before), std::move(*body), [&](ports::Unit& unit, const oauth::CredentialView& view) {
            if (view.set.number != set_before) {
              detail["from_endpoint_set"] = set_before;
              detail["to_endpoint_set"] = view.set.number;
            }
            unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "credential.changed", view.credential.id.str(), detail));
          });
  if (!changed) co_return problem_response(changed.error(), request);
  co_return credential_answer(world, *changed, 200);
}

/// Whether the caller may delete it, and its connections with it.
model::Result<bool> read_cascade(const Request& request, const model::Credential& credential) {
  if (auto matches = check_if_match(request, credential.revision); !matches) return fail(std::move(matches.error()));
  auto cascade = flag_of(request, "cascade");
  if (cascade && *cascade && !request.caller->scopes.has(Scope::kConnectionsWrite))
    return fail(model::Code::kForbidden, "delete a credential with its connections: the API key lacks connections:write");
  return cascade;
}

ports::Task<Response> remove(AdminWorld world, Request& request) {
  auto view = co_await credential_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  auto cascade = read_cascade(request, view->credential);
  if (!cascade) co_return problem_response(cascade.error(), request);
  const auto audit = [&](ports::Unit& unit, std::string_view action, const std::string& id, json::object detail) {
    unit.audit.push_back(audit_entry(world.context.clock, *request.caller, action, id, std::move(detail)));
  };
  oauth::CredentialRemoval removal(world.context, world.connections);
  auto removed = co_await removal.run(
      view->credential, *cascade,
      [&](ports::Unit& unit, const oauth::Removed& each) {
        audit(unit, "connection.deleted", each.id.str(), {{"revocation", oauth::to_string(each.revocation.outcome)}});
      },
      [&](ports::Unit& unit, const model::Credential& credential) { audit(unit, "credential.deleted", credential.id.str(), {}); });
  if (!removed) co_return problem_response(removed.error(), request);
  json::array connections;
  for (const auto& each : removed->connections)
    connections.push_back(json::object{
        {"id", each.id.str()},
        {"revocation", json::object{{"outcome", oauth::to_string(each.revocation.outcome)}, {"detail", each.revocation.detail}}}});
  co_return json_response(200, json::object{{"id", view->credential.id.str()}, {"deleted", true}, {"connections", std::move(connections)}});
}

}  // namespace

void add_credential_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "GET", "/v1/credentials", scoped({Scope::kCredentialsRead}), list);
  add_resource_route(router, world, "POST", "/v1/credentials", scoped({Scope::kCredentialsWrite}), create);
  add_resource_route(router, world, "GET", "/v1/credentials/{id}", scoped({Scope::kCredentialsRead}), read);
  add_resource_route(router, world, "PATCH", "/v1/credentials/{id}", scoped({Scope::kCredentialsWrite}), change);
  add_resource_route(router, world, "DELETE", "/v1/credentials/{id}", scoped({Scope::kCredentialsWrite}), remove);
  add_credential_action_routes(router, world);
}

}  // namespace valetkey::http
