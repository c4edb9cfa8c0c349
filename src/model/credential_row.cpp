#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<AccountSource> auto& source) {
  io("from", source.from);
  io("path", source.path);
}

template <class Io>
static void members(Io& io, Is<Overrides> auto& overrides) {
  io("authorization_url", overrides.authorization_url);
  io("token_url", overrides.token_url);
  io("refresh_url", overrides.refresh_url);
  io("revocation_url", overrides.revocation_url);
  io("introspection_url", overrides.introspection_url);
  io("userinfo_url", overrides.userinfo_url);
  io("base_uri", overrides.base_uri);
  io("issuer", overrides.issuer);
  io("requires_iss", overrides.requires_iss);
  io("pkce", overrides.pkce);
  io("scope_separator", overrides.scope_separator);
  io("client_authentication", overrides.client_authentication);
  io("rotation", overrides.rotation);
  io("rotation_grace", overrides.rotation_grace);
  io("account", overrides.account);
  io("authorization_params", overrides.authorization_params);
  io("token_params", overrides.token_params);
  io("refresh_params", overrides.refresh_params);
  io("redirect_uri", overrides.redirect_uri);
}

template <class Io>
static void members(Io& io, Is<ClientError> auto& error) {
  io("code", error.code);
  io("since", error.since);
  io("next_probe_at", error.next_probe_at);
}

template <class Io>
static void members(Io& io, Is<Credential> auto& credential) {
  io("description", credential.description);
  io("authentication_type", credential.authentication_type);
  io("grant_type", credential.grant_type);
  io("client_id", credential.client_id);
  io("scopes", credential.scopes);
  io("scopes_set", credential.scopes_set);
  io("response_type", credential.response_type);
  io("overrides", credential.overrides);
  io("placeholders", credential.placeholders);
  io("config_services", credential.config_services);
  io("custom", credential.custom);
  io("config_params", credential.config_params);
  io("return_urls", credential.return_urls);
  io("opener_origins", credential.opener_origins);
  io("audiences", credential.audiences);
  io("completion", credential.completion);
  io("keep_password", credential.keep_password);
  io("callback_key", credential.callback_key);
  io("webhook_key", credential.webhook_key);
  io("endpoint_set", credential.endpoint_set);
  io("client_error", credential.client_error);
  io("created_at", credential.created_at);
  io("updated_at", credential.updated_at);
}

template <>
Row to_row(const Credential& credential) {
  return {.kind = Kind::kCredential,
          .tenant = credential.tenant.str(),
          .id = credential.id.str(),
          .revision = credential.revision,
          .columns = {text_column(credential.name), text_column(credential.integration)},
          .doc = document_of(credential)};
}

template <>
Result<Credential> from_row(const Row& row) {
  Credential credential;
  if (auto read = read_document(row, Kind::kCredential, credential); !read) return fail(std::move(read.error()));
  credential.id = CredentialId{row.id};
  credential.tenant = TenantId{row.tenant};
  credential.revision = row.revision;
  credential.name = text_of(row.columns[0]);
  credential.integration = text_of(row.columns[1]);
  return credential;
}

}  // namespace valetkey::model
