#include "vault/places.hpp"

#include "model/digest.hpp"
#include "model/records.hpp"

namespace valetkey::vault {
namespace {

using model::length_prefixed;

Place grant_place(std::string_view label, const model::Grant& grant, std::string_view set_hash) {
  return {.label = label,
          .tenant = grant.tenant,
          .record = grant.id.str(),
          .revision = length_prefixed({std::to_string(grant.endpoint_set), set_hash})};
}

}  // namespace

Place refresh_token_place(const model::Grant& grant, std::string_view set_hash) { return grant_place("refresh_token", grant, set_hash); }
Place extra_place(const model::Grant& grant, std::string_view set_hash) { return grant_place("token_extra", grant, set_hash); }
Place password_place(const model::Grant& grant, std::string_view set_hash) { return grant_place("password", grant, set_hash); }

Place access_token_place(const model::Grant& grant, const model::AccessToken& token, std::string_view set_hash) {
  return {.label = "access_token",
          .tenant = grant.tenant,
          .record = grant.id.str(),
          .revision = length_prefixed(
              {std::to_string(grant.endpoint_set), set_hash, token.name, token.audience, std::to_string(token.generation)})};
}

Place client_secret_place(const model::EndpointSet& set, model::WallTime set_at) {
  return {.label = "client_secret",
          .tenant = set.tenant,
          .record = model::endpoint_set_id(set.credential, set.number),
          .revision = length_prefixed({set.hash(), std::to_string(model::to_unix_ms(set_at))})};
}

Place code_verifier_place(const model::Flow& flow) {
  return {.label = "code_verifier",
          .tenant = flow.tenant,
          .record = flow.id,
          .revision =
              length_prefixed({flow.session.str(), flow.credential.str(), std::to_string(flow.endpoint_set), flow.cookie_hash,
                               flow.callback_path, flow.redirect_uri, flow.issuer, flow.token_url, flow.nonce_hash, flow.response_type})};
}

Place rescue_place(const model::TenantId& tenant, const model::GrantId& grant, std::int64_t generation) {
  return {.label = "rescue", .tenant = tenant, .record = grant.str(), .revision = std::to_string(generation)};
}

Place endpoint_secret_place(const model::Endpoint& endpoint, std::string_view name, model::WallTime set_at) {
  return {.label = "endpoint_secret",
          .tenant = endpoint.tenant,
          .record = endpoint.id.str(),
          .revision = length_prefixed({name, endpoint.credential.str(), std::to_string(model::to_unix_ms(set_at))})};
}

Place destination_secret_place(const model::Destination& destination, model::WallTime set_at) {
  return {.label = "destination_secret",
          .tenant = destination.tenant,
          .record = destination.id.str(),
          .revision = length_prefixed({destination.url, std::to_string(model::to_unix_ms(set_at))})};
}

Place service_secret_place(const model::ConfigService& service) {
  return {.label = "service_secret", .tenant = service.tenant, .record = service.id.str(), .revision = {}};
}

namespace {

Place event_place(std::string_view label, const model::TenantId& tenant, const std::string& record) {
  return {.purpose = Purpose::kEvents, .label = label, .tenant = tenant, .record = record, .revision = {}};
}

}  // namespace

Place raw_request_place(const model::ReceivedRequest& request) { return event_place("raw_request", request.tenant, request.id.str()); }
Place messages_place(const model::ReceivedRequest& request) { return event_place("messages", request.tenant, request.id.str()); }
Place event_body_place(const model::TenantId& tenant, const model::EventId& event) {
  return event_place("event_body", tenant, event.str());
}
Place delivery_reply_place(const model::Delivery& delivery) { return event_place("delivery_reply", delivery.tenant, delivery.id.str()); }

}  // namespace valetkey::vault
