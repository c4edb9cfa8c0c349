#include "oauth/client.hpp"

#include "model/effective.hpp"
#include "model/integration_document.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"
#include "model/url_template.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

ports::Answer<std::vector<model::Secret>> open_secrets(const Context& context, const model::EndpointSet& set) {
  std::vector<model::Secret> open;
  const auto now = context.clock.wall_now();
  for (const auto& secret : set.secrets) {
    if (secret.valid_until && *secret.valid_until <= now) continue;
    auto value = co_await context.keys.open(vault::client_secret_place(set, secret.set_at), secret.sealed);
    if (!value) co_return model::fail(std::move(value.error()));
    open.push_back(std::move(*value));
  }
  co_return open;
}

}  // namespace

std::map<std::string, std::string> values_of(const Client& client, const std::map<std::string, std::string>& fields) {
  return model::with_defaults(client.integration.placeholders, model::values_in_force(client.set, fields));
}

ports::Answer<model::Integration> integration_of(const Context& context, model::TenantId tenant, std::string slug) {
  if (const auto* known = context.catalogue.find(slug)) co_return *known;
  auto custom = co_await context.records.load<model::CustomIntegration>(tenant, model::custom_integration_id(tenant, slug));
  if (!custom) co_return model::fail(std::move(custom.error()));
  auto document = model::parse_json(custom->document);
  if (!document) co_return model::fail(model::Code::kIntegrity, "the stored integration cannot be read", {document.error().detail});
  auto read = model::parse_integration(*document);
  if (!read) co_return model::fail(model::Code::kIntegrity, "the stored integration is not valid", {read.error().detail});
  co_return std::move(*read);
}

ports::Answer<Client> load_client(const Context& context, model::TenantId tenant, model::CredentialId credential_id,
                                  std::int64_t set_number) {
  auto credential = co_await context.records.load<model::Credential>(tenant, credential_id.str());
  if (!credential) co_return model::fail(std::move(credential.error()));
  auto set = co_await context.records.load<model::EndpointSet>(tenant, model::endpoint_set_id(credential_id, set_number));
  if (!set) co_return model::fail(std::move(set.error()));
  auto integration = co_await integration_of(context, tenant, credential->integration);
  if (!integration) co_return model::fail(std::move(integration.error()));
  auto secrets = co_await open_secrets(context, *set);
  if (!secrets) co_return model::fail(std::move(secrets.error()));
  Client client{.credential = std::move(*credential), .set = std::move(*set)};
  client.set_hash = client.set.hash();
  client.integration = model::in_force(*integration, client.credential.overrides, client.set);
  client.secrets = std::move(*secrets);
  co_return client;
}

model::Result<std::string> filled_url(const Client& client, const std::string& url_template,
                                      const std::map<std::string, std::string>& fields) {
  auto url = model::fill_url(url_template, client.integration.placeholders, values_of(client, fields));
  if (!url) return model::fail(model::in_context(std::move(url.error()), "fill a URL of credential " + client.credential.id.str()));
  return model::to_string(*url);
}

model::Result<model::Integration> with_filled_parameters(const Client& client, const std::map<std::string, std::string>& fields) {
  auto integration = client.integration;
  const auto values = values_of(client, fields);
  for (auto* parameters : {&integration.authorization_params, &integration.token_params, &integration.refresh_params}) {
    for (auto& [name, value] : *parameters) {
      if (value == "{access_token}") continue;
      auto text = model::fill(value, values, model::Where::kPlain);
      if (!text) return model::fail(model::in_context(std::move(text.error()), "fill parameter " + name + " of " + integration.slug));
      value = std::move(*text);
    }
  }
  return integration;
}

ClientProof proof_of(const Client& client, std::size_t secret_index) {
  ClientProof proof{.method = client.integration.client_authentication, .client_id = client.set.client_id};
  if (secret_index < client.secrets.size()) proof.secret = client.secrets[secret_index];
  return proof;
}

}  // namespace valetkey::oauth
