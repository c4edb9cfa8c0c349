#pragma once
#include <map>
#include <string>
#include <vector>

#include "model/credential.hpp"
#include "oauth/client_authentication.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// A credential's OAuth client as it is in force for one endpoint set: live quirks of its integration, frozen endpoints (S1).
struct Client {
  model::Credential credential;
  model::EndpointSet set;
  std::string set_hash;
  model::Integration integration;       ///< model::in_force()
  std::vector<model::Secret> secrets;   ///< newest first, then older ones whose rotation window is open; empty: public

  [[nodiscard]] bool is_client_credentials() const { return credential.grant_type == model::GrantType::kClientCredentials; }
  /// What is asked for when nobody narrows it.
  [[nodiscard]] const std::vector<std::string>& scopes() const {
    return credential.scopes_set ? credential.scopes : integration.default_scopes;
  }
};

/// kNotFound for another tenant's credential. kIntegrity and kKeyUnavailable as KeyRing::open.
ports::Answer<Client> load_client(const Context& context, model::TenantId tenant, model::CredentialId credential, std::int64_t set_number);

/// The record of a slug for a tenant: the catalogue's, else the tenant's custom one. kNotFound.
ports::Answer<model::Integration> integration_of(const Context& context, model::TenantId tenant, std::string slug);

/// The values of all placeholders: the operator's, the connection's, defaults.
std::map<std::string, std::string> values_of(const Client& client, const std::map<std::string, std::string>& fields);

/// A URL template of the client with the operator's and the connection's values (S3), canonical.
model::Result<std::string> filled_url(const Client& client, const std::string& url_template,
                                      const std::map<std::string, std::string>& fields);

/// The integration with its declared parameters filled by the operator's and the connection's values; `{access_token}` stays.
model::Result<model::Integration> with_filled_parameters(const Client& client, const std::map<std::string, std::string>& fields);

/// The proof with one of the client's secrets (index into Client::secrets).
ClientProof proof_of(const Client& client, std::size_t secret_index);

}  // namespace valetkey::oauth
