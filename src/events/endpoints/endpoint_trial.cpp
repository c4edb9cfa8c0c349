#include "events/endpoints/endpoint_trial.hpp"

#include "events/endpoints/endpoint_values.hpp"

namespace valetkey::events {
namespace {

using model::fail;

/// Null where the endpoint has none of this kind.
ports::Answer<services::ServicePtr> service_of(services::Services& services, const Site& site, std::string_view kind) {
  const auto name = site.service(kind);
  if (name.empty()) co_return services::ServicePtr();
  co_return co_await services.find(site.endpoint->tenant, name, kind);
}

}  // namespace

ports::Answer<EndpointTrial> endpoint_trial(const Context& context, EndpointCache& cache, services::Services& services,
                                            model::TenantId tenant, model::EndpointId endpoint, model::RequestKind kind) {
  auto site = co_await cache.of_endpoint(std::move(tenant), std::move(endpoint));
  if (!site) co_return fail(std::move(site.error()));
  auto verification = co_await service_of(services, *site, "webhook_event_verification");
  if (!verification) co_return fail(std::move(verification.error()));
  auto parser = co_await service_of(services, *site, kind == model::RequestKind::kAction ? "action_callback_parser" : "webhook_parser");
  if (!parser) co_return fail(std::move(parser.error()));
  std::vector<services::ServicePtr> used;
  for (const auto& service : {*verification, *parser})
    if (service) used.push_back(service);
  auto values = co_await values_of(context, *site, used);
  if (!values) co_return fail(std::move(values.error()));
  co_return EndpointTrial{site->endpoint, std::move(*verification), std::move(*parser), std::move(*values)};
}

}  // namespace valetkey::events
