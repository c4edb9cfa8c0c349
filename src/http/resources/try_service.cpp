#include <boost/json.hpp>

#include "http/caller.hpp"
#include "http/problem.hpp"
#include "http/resources/services.hpp"
#include "http/resources/try_body.hpp"
#include "model/config_service_kinds.hpp"
#include "model/encoding.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;
using services::Tried;

std::string_view needed_kind(Tried tried) {
  switch (tried) {
    case Tried::kParser: return "webhook_parser";
    case Tried::kActionParser: return "action_callback_parser";
    default: return "webhook_event_verification";
  }
}

model::Error at_service(model::Error error) {
  if (error.code != Code::kNotFound && error.code != Code::kInvalidInput) return error;
  auto detail = error.code == Code::kNotFound ? std::string("there is no such service") : std::move(error.detail);
  return model::invalid_input("try the service", {{"/service", std::move(detail)}});
}

/// The one that is named or stands in the body.
ports::Answer<services::ServicePtr> service_of(const ServicesWorld& world, const model::TenantId& tenant, const TryBody& body) {
  if (!body.name.empty()) {
    auto found = co_await world.services.find(tenant, body.name, needed_kind(body.tried));
    if (!found) co_return fail(at_service(std::move(found.error())));
    co_return std::move(*found);
  }
  auto service = std::make_shared<services::Service>();
  service->tenant = tenant;
  if (body.document) {
    service->document = body.document;
    for (const auto kind : model::kConfigServiceKinds)
      if (body.document->serves(kind)) service->kinds.emplace_back(kind);
    co_return service;
  }
  service->implementation = model::Implementation::kScript;
  service->source = body.source;
  auto kinds = co_await world.own.kinds_of(tenant, service->implementation, {.text = body.source, .kinds = body.kinds});
  if (!kinds) {
    if (kinds.error().code != Code::kInvalidInput) co_return fail(std::move(kinds.error()));
    co_return fail(services::below(std::move(kinds.error()), "/service"));
  }
  service->kinds = std::move(*kinds);
  co_return service;
}

std::string text(std::string_view bytes) { return model::as_utf8(bytes); }

json::value document_of(const std::optional<services::Reply>& reply) {
  if (!reply) return nullptr;
  json::array headers;
  if (!reply->content_type.empty()) headers.push_back(json::array{"Content-Type", text(reply->content_type)});
  for (const auto& [name, value] : reply->headers) headers.push_back(json::array{text(name), text(value)});
  return json::object{{"status", reply->status}, {"headers", std::move(headers)}, {"body", text(reply->body)}};
}

json::value user_of(const std::vector<std::string>& ids) {
  if (ids.empty()) return nullptr;
  if (ids.size() == 1) return json::string(text(ids.front()));
  json::array all;
  for (const auto& id : ids) all.emplace_back(text(id));
  return all;
}

json::value text_or_null(const std::string& value) { return value.empty() ? json::value(nullptr) : json::value(text(value)); }

/// As the members of an event are called here.
std::string_view member_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"app_user_id", "appUserId"},
                                                                      {"event_type", "eventType"},
                                                                      {"event_payload", "eventPayload"},
                                                                      {"event_id", "eventId"},
                                                                      {"occurred_at", "occurredAt"}};
  for (const auto& [stored, shown] : kNames)
    if (name == stored) return shown;
  return name;
}

json::object document_of(const services::Message& message) {
  json::array not_signed;
  for (const auto& member : message.unsigned_members) not_signed.emplace_back(member_name(member));
  return {{"validRequest", message.valid_request},
          {"appUserId", user_of(message.app_user_ids)},
          {"eventType", text(message.event_type)},
          {"eventPayload", message.event_payload},
          {"eventId", text_or_null(message.event_id)},
          {"occurredAt", message.occurred_at ? json::value(model::to_rfc3339(*message.occurred_at)) : json::value(nullptr)},
          {"unsigned", std::move(not_signed)}};
}

json::object document_of(const services::Explanation& found) {
  json::array events;
  for (const auto& message : found.events) events.emplace_back(document_of(message));
  if (found.action && !events.empty()) {
    auto& event = events[0].as_object();
    event["actionId"] = text_or_null(found.action->action_id);
    event["responseUrl"] = text_or_null(found.action->response_url);
  }
  json::array steps;
  for (const auto& step : found.steps)
    steps.push_back(json::object{{"what", text(step.what)}, {"result", text(step.result)}, {"ok", step.is_ok}});
  return {{"outcome", found.outcome},
          {"reason", text_or_null(found.reason)},
          {"response", document_of(found.response)},
          {"events", std::move(events)},
          {"steps", std::move(steps)}};
}

/// The trial of a service that is named or stands in the body, with the secrets that the body has.
ports::Answer<services::TryOut> typed_trial(const ServicesWorld& world, const model::TenantId& tenant, TryBody& body) {
  auto service = co_await service_of(world, tenant, body);
  if (!service) co_return fail(std::move(service.error()));
  if ((*service)->document)
    if (auto declared = check_declared(*(*service)->document, body.values); !declared) co_return fail(std::move(declared.error()));
  auto trial = services::trial_of(std::move(*service), body.tried);
  if (!trial) co_return fail(std::move(trial.error()));
  trial->values = std::move(body.values);
  co_return std::move(*trial);
}

bool may_use(const Caller& caller, const model::Endpoint& endpoint) {
  if (endpoint.connection.empty()) return permits(caller, endpoint.credential);
  return permits(caller, endpoint.connection, endpoint.credential);
}

/// The trial of an endpoint, with the secrets that it holds (S34): by its own services alone, which no request can make into an oracle.
ports::Answer<services::TryOut> stored_trial(const ServicesWorld& world, const Caller& caller, const TryBody& body) {
  if (!caller.scopes.has(Scope::kEndpointsWrite))
    co_return fail(Code::kForbidden, "try with the secrets of an endpoint: the API key lacks endpoints:write");
  const bool is_action = body.tried == Tried::kAction || body.tried == Tried::kActionParser;
  auto stored = co_await world.endpoint_trial(caller.tenant, model::EndpointId{body.endpoint},
                                              is_action ? model::RequestKind::kAction : model::RequestKind::kWebhook);
  if (!stored && stored.error().code != Code::kNotFound) co_return fail(std::move(stored.error()));
  if (!stored || !may_use(caller, *stored->endpoint))
    co_return fail(model::invalid_input("try the endpoint", {{"/endpoint", "is not the id of an endpoint"}}));
  for (const auto& service : {stored->verification, stored->parser})
    if (service && service->implementation != model::Implementation::kDeclarative)
      co_return fail(model::invalid_input(
          "try the endpoint", {{"/endpoint", "has a service that is a script or your own: try that with secrets typed in the request"}}));
  services::TryOut trial{.tenant = {},
                         .verification = stored->verification,
                         .parser = stored->parser,
                         .tried = body.tried,
                         .request = {},
                         .values = std::move(stored->values)};
  trial.has_stored_secrets = true;
  co_return trial;
}

ports::Task<Response> run(ServicesWorld world, Request& request) {
  const auto& caller = *request.caller;
  auto document = json_object(request);
  if (!document) co_return problem_response(document.error(), request);
  auto body = read_try_body(*document, world.clock.wall_now());
  if (!body) co_return problem_response(body.error(), request);
  auto trial = body->endpoint.empty() ? co_await typed_trial(world, caller.tenant, *body) : co_await stored_trial(world, caller, *body);
  if (!trial) co_return problem_response(trial.error(), request);
  trial->tenant = caller.tenant;
  trial->request = std::move(body->request);
  const auto found = co_await services::try_out(world.services, std::move(*trial));
  co_return json_response(200, document_of(found));
}

}  // namespace

void add_try_route(Router& router, const ServicesWorld& world) {
  // Not a change: no Idempotency-Key, whose record would keep what was pasted.
  router.add({.method = "POST",
              .path = "/v1/services/try",
              .needs = scoped({Scope::kServicesRead}),
              .handler = [world](Request& request) { return run(world, request); },
              .idempotent = false,
              .labels = {}});
}

}  // namespace valetkey::http
