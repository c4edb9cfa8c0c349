#include "model/effective.hpp"
#include "model/json_reader.hpp"
#include "model/records.hpp"
#include "oauth/client.hpp"
#include "oauth/credential_endpoints.hpp"
#include "oauth/credential_rules.hpp"
#include "oauth/credentials.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;

constexpr std::string_view kDoing = "make a credential";
constexpr std::size_t kEndpointKeyBytes = 16;

ports::Answer<model::Integration> integration_for(const Context& context, const model::TenantId& tenant,
                                                  const boost::json::value& document) {
  auto slug = model::integration_slug_of(document);
  if (!slug) co_return fail(std::move(slug.error()));
  auto integration = co_await integration_of(context, tenant, std::move(*slug));
  if (!integration && integration.error().code == Code::kNotFound)
    co_return fail(model::invalid_input("read the credential", {{"/integration", "is not the slug of an integration"}}));
  co_return integration;
}

/// A custom integration is written along, so that it cannot be deleted between the look for its credentials and the deletion.
ports::Answer<void> hold_integration(const Context& context, ports::Unit& unit, const model::TenantId& tenant,
                                     const model::Integration& integration) {
  if (!integration.is_custom || context.catalogue.find(integration.slug) != nullptr) co_return model::Result<void>{};
  auto custom = co_await context.records.load<model::CustomIntegration>(tenant, model::custom_integration_id(tenant, integration.slug));
  if (!custom) co_return fail(std::move(custom.error()));
  unit.preconditions.emplace_back(vault::Records::unchanged(*custom));
  unit.writes.emplace_back(context.records.put(*custom));
  co_return model::Result<void>{};
}

}  // namespace

ports::Answer<CredentialView> Credentials::create(model::TenantId tenant, boost::json::value document,
                                                  Alongside<CredentialView> alongside) {
  auto integration = co_await integration_for(context_, tenant, document);
  if (!integration) co_return fail(std::move(integration.error()));
  auto rules = co_await rules_of(context_, tenant);
  if (!rules) co_return fail(std::move(rules.error()));
  auto input = model::read_credential(document, *integration, rules->rules);
  if (!input) co_return fail(std::move(input.error()));

  CredentialView made{.credential = std::move(input->credential), .set = {}, .integration = std::move(*integration)};
  auto& credential = made.credential;
  credential.id = ports::new_id<model::CredentialId>(context_.clock, context_.random);
  credential.tenant = tenant;
  credential.webhook_key = context_.random.token(kEndpointKeyBytes);
  credential.endpoint_set = 1;
  credential.created_at = credential.updated_at = context_.clock.wall_now();

  if (auto settled = co_await settle_config_services(context_, credential, document); !settled) co_return fail(std::move(settled.error()));
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(rules->tenant));
  unit.preconditions.emplace_back(
      room_for_one(model::Kind::kCredential, tenant, rules->rules.policy.max_credentials.value_or(context_.quotas.credentials)));
  if (auto held = co_await hold_integration(context_, unit, tenant, made.integration); !held) co_return fail(std::move(held.error()));
  if (auto settled = co_await settle_callback_key(context_, unit, credential, made.integration, document); !settled)
    co_return fail(std::move(settled.error()));

  made.set = model::make_endpoint_set(credential, made.integration, model::own_redirect_uri(credential, rules->rules));
  made.set.number = 1;
  made.set.created_at = credential.created_at;
  if (input->client_secret)
    if (auto sealed = co_await add_secret(context_, made.set, std::move(*input->client_secret), credential.created_at); !sealed)
      co_return fail(std::move(sealed.error()));
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kCredential, credential.id.str()});
  unit.writes.emplace_back(context_.records.put(credential));
  unit.writes.emplace_back(context_.records.put(made.set));
  add_endpoint(context_, unit, credential);
  credential.revision = made.set.revision = 1;
  if (alongside) alongside(unit, made);
  auto applied = co_await context_.store().apply(std::move(unit));
  if (applied) co_return made;
  if (applied.error().code == Code::kPreconditionFailed)
    co_return fail(Code::kConflict, fmt::format("{}: its tenant, integration or callback key changed meanwhile, send it again", kDoing),
                   std::move(applied.error().log));
  co_return fail(credential_conflict(std::move(applied.error()), kDoing));
}

}  // namespace valetkey::oauth
