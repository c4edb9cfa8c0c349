#include "http/resources/callback_keys.hpp"

#include "http/idempotency.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "model/json_reader.hpp"
#include "oauth/callback_keys.hpp"

namespace valetkey::http {
namespace {

model::Result<std::string> integration_in(const Request& request) {
  auto body = json_object(request);
  if (!body) return model::fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  auto slug = reader.required_string("integration", {.least = 1, .most = 63});
  reader.finish();
  if (!errors.empty()) return model::fail(model::invalid_input("reserve a callback key", std::move(errors)));
  return slug;
}

ports::Task<Response> reserve(AdminWorld world, Request& request) {
  const auto& caller = *request.caller;
  if (auto allowed = check_unlimited(caller, "reserve a callback key"); !allowed) co_return problem_response(allowed.error(), request);
  auto slug = integration_in(request);
  if (!slug) co_return problem_response(slug.error(), request);
  Response response;
  auto reserved = co_await oauth::reserve_callback_key(
      world.context, caller.tenant, std::move(*slug), [&](ports::Unit& unit, const model::CallbackKey& key) {
        response = json_response(201, boost::json::object{{"callback_key", key.id},
                                                          {"integration", key.integration},
                                                          {"redirect_uri", oauth::redirect_uri_of(world.context, key)},
                                                          {"created_at", model::to_rfc3339(key.created_at)}});
        response.resource_id = key.id;
        unit.audit.push_back(audit_entry(world.context.clock, caller, "callback_key.reserved", key.id, {{"integration", key.integration}}));
        keep_answer(request, unit, response);
      });
  if (!reserved) co_return problem_response(reserved.error(), request);
  co_return response;
}

}  // namespace

void add_callback_key_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "POST", "/v1/callback-keys", scoped({Scope::kCredentialsWrite}), reserve);
}

}  // namespace valetkey::http
