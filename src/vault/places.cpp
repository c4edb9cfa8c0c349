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

}  // namespace valetkey::vault
