#include "http/resources/credential_actions.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "http/etag.hpp"
#include "http/idempotency.hpp"
#include "http/problem.hpp"
#include "http/resources/audit_entry.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "oauth/carry_over.hpp"
#include "oauth/credential_checks.hpp"

namespace valetkey::http {

using model::is_control;

namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

constexpr std::int64_t kLongestWindow = 30 * 24 * 60 * 60;

model::Result<oauth::SecretRotation> rotation_in(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  oauth::SecretRotation rotation;
  auto secret = reader.required_string("client_secret", {.least = 1, .most = 4096});
  if (std::ranges::any_of(secret, is_control)) reader.error("client_secret", "must not hold control characters");
  rotation.client_secret = model::Secret(std::move(secret));
  if (const auto window = reader.optional_integer("window_seconds", 0, kLongestWindow)) rotation.window = model::Seconds(*window);
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("rotate the client secret", std::move(errors)));
  return rotation;
}

ports::Task<Response> rotate_secret(AdminWorld world, Request& request) {
  auto before = co_await credential_of(world, request);
  if (!before) co_return problem_response(before.error(), request);
  if (auto matches = check_if_match(request, before->credential.revision); !matches) co_return problem_response(matches.error(), request);
  auto rotation = rotation_in(request);
  if (!rotation) co_return problem_response(rotation.error(), request);
  const auto window = static_cast<std::int64_t>(rotation->window.count());
  Response response;
  auto rotated = co_await oauth::Credentials(world.context)
                     .rotate_secret(std::move(*before), std::move(*rotation), [&](ports::Unit& unit, const oauth::CredentialView& view) {
                       response = credential_answer(world, view, 200);
                       unit.audit.push_back(audit_entry(world.context.clock, *request.caller, "credential.secret_rotated",
                                                        view.credential.id.str(), {{"window_seconds", window}}));
                       keep_answer(request, unit, response);
                     });
  if (!rotated) co_return problem_response(rotated.error(), request);
  co_return response;
}

ports::Task<Response> test(AdminWorld world, Request& request) {
  auto view = co_await credential_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  auto client = co_await oauth::load_client(world.context, request.caller->tenant, view->credential.id, view->credential.endpoint_set);
  if (!client) co_return problem_response(client.error(), request);
  const auto checks = co_await oauth::check_credential(world.context, *client);
  json::array out;
  for (const auto& check : checks)
    out.push_back(json::object{{"name", check.name}, {"outcome", oauth::to_string(check.outcome)}, {"detail", check.detail}});
  co_return json_response(200, json::object{{"checks", std::move(out)}});
}

model::Result<oauth::CarryOverWish> carry_over_wish(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  oauth::CarryOverWish wish;
  if (reader.raw("from") == nullptr) reader.error("from", "is required: the number of the older endpoint set");
  wish.from = reader.optional_integer("from", 1, 1'000'000).value_or(0);
  wish.after = reader.string_or("after", "", {.most = 64});
  wish.most = static_cast<int>(reader.optional_integer("limit", 1, 1000).value_or(wish.most));
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("carry connections over", std::move(errors)));
  return wish;
}

/// Installation keys stand above the tenants: the credential may be anybody's, and the tenant's audit log tells.
ports::Task<Response> carry_over(AdminWorld world, Request& request) {
  auto credential = co_await world.context.records.load_any<model::Credential>(request.parameter("id"));
  if (!credential) co_return problem_response(credential.error(), request);
  auto wish = carry_over_wish(request);
  if (!wish) co_return problem_response(wish.error(), request);
  const auto audit = [&](ports::Unit& unit, std::string_view action, const std::string& target, json::object detail) {
    auto entry = audit_entry(world.context.clock, *request.caller, action, target, std::move(detail));
    entry.tenant = credential->tenant;
    unit.audit.push_back(std::move(entry));
  };
  const json::object sets{{"from_endpoint_set", wish->from}, {"to_endpoint_set", credential->endpoint_set}};
  auto carried =
      co_await oauth::CarryOver(world.context, world.refresher)
          .run(
              *credential, std::move(*wish),
              [&](ports::Unit& unit, const oauth::CarriedOver&) { audit(unit, "credential.carry_over", credential->id.str(), sets); },
              [&](ports::Unit& unit, const model::Connection& connection) {
                audit(unit, "connection.carried_over", connection.id.str(), sets);
              });
  if (!carried) co_return problem_response(carried.error(), request);
  json::object body = sets;
  body["carried"] = carried->carried;
  body["failed"] = json::array(carried->failed.begin(), carried->failed.end());
  body["next"] = carried->next.empty() ? json::value(nullptr) : json::value(carried->next);
  co_return json_response(200, body);
}

/// S20 asks for more than this version has: a recipient's key, re-authentication.
ports::Task<Response> refuse_export(AdminWorld world, Request& request) {
  auto view = co_await credential_of(world, request);
  if (!view) co_return problem_response(view.error(), request);
  co_return problem_response({.code = Code::kNotSupported, .detail = "export a credential: comes with a later version"}, request);
}

ports::Task<Response> refuse_import(AdminWorld, Request& request) {
  co_return problem_response({.code = Code::kNotSupported, .detail = "import a credential: comes with a later version"}, request);
}

}  // namespace

ports::Answer<oauth::CredentialView> credential_of(const AdminWorld& world, const Request& request) {
  auto view = co_await oauth::Credentials(world.context).load(request.caller->tenant, model::CredentialId{request.parameter("id")});
  if (view && !permits(*request.caller, view->credential.id)) co_return fail(Code::kNotFound, "no such credential");
  co_return view;
}

json::object credential_document(const AdminWorld& world, const oauth::CredentialView& view) {
  return model::to_json(view.credential, view.set, view.integration, oauth::urls_of(world.context, view.credential));
}

Response credential_answer(const AdminWorld& world, const oauth::CredentialView& view, int status) {
  auto response = json_response(status, credential_document(world, view));
  set_etag(response, view.credential.revision);
  response.resource_id = view.credential.id.str();
  return response;
}

void add_credential_action_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "POST", "/v1/credentials/{id}/test", scoped({Scope::kCredentialsWrite}), test);
  add_resource_route(router, world, "POST", "/v1/credentials/{id}/rotate-secret", scoped({Scope::kCredentialsWrite}), rotate_secret);
  add_resource_route(router, world, "POST", "/v1/credentials/{id}/carry-over", installation(), carry_over);
  add_resource_route(router, world, "POST", "/v1/credentials/{id}/export", scoped({Scope::kSecretsExport}), refuse_export);
  add_resource_route(router, world, "POST", "/v1/credentials/import", scoped({Scope::kCredentialsWrite, Scope::kSecretsExport}),
                     refuse_import);
}

}  // namespace valetkey::http
