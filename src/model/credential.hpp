#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/id.hpp"
#include "model/integration.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

enum class GrantType { kAuthorizationCode, kPassword, kClientCredentials };
enum class Completion { kConfirmed, kImmediate };  ///< S7

/// What the operator typed over the integration's record; an absent member is the integration's.
struct Overrides {
  std::optional<std::string> authorization_url, token_url, refresh_url, revocation_url, introspection_url, userinfo_url, base_uri, issuer;
  std::optional<bool> requires_iss;
  std::optional<bool> pkce;
  std::optional<std::string> scope_separator;
  std::optional<ClientAuthentication> client_authentication;
  std::optional<Rotation> rotation;
  std::optional<Seconds> rotation_grace;
  std::optional<AccountSource> account;
  std::optional<Parameters> authorization_params, token_params, refresh_params;
  std::optional<std::string> redirect_uri;  ///< a foreign one that forwards to the callback
};

/// What the provider said about the client itself: all of its refreshes wait for one half-open probe (DESIGN 5.6).
struct ClientError {
  std::string code;        ///< invalid_client, unauthorized_client
  WallTime since{};
  WallTime next_probe_at{};
};

/// One OAuth client registered at an integration: what the operator set, and nothing else.
struct Credential {
  CredentialId id;
  TenantId tenant;
  std::int64_t revision = 0;
  std::string name;
  std::string description;
  std::string integration;
  std::string authentication_type = "oauth2";
  GrantType grant_type = GrantType::kAuthorizationCode;
  std::string client_id;
  std::vector<std::string> scopes;
  bool scopes_set = false;               ///< false: the integration's default scopes
  std::string response_type = "code";
  Overrides overrides;
  std::map<std::string, std::string> placeholders;  ///< those the operator fills
  std::map<std::string, std::string> config_services;  ///< of a token step with its version: serv_...@3 (S1)
  bool custom = false;                   ///< token_generation and token_refreshal stand in for the standard token requests
  std::map<std::string, std::string> config_params;  ///< what these two are told; no secrets
  std::vector<std::string> return_urls;
  std::vector<std::string> opener_origins;
  std::vector<std::string> audiences;    ///< that a token read may ask for (RFC 8707)
  Completion completion = Completion::kConfirmed;
  bool keep_password = false;            ///< keep name and password where the server gives no refresh token
  std::string callback_key;              ///< empty: the catalogue's own callback (S2)
  std::string webhook_key;               ///< the last segment of its webhook and action URLs
  std::int64_t endpoint_set = 0;         ///< number of the current set
  std::optional<ClientError> client_error;
  WallTime created_at{};
  WallTime updated_at{};
};

/// A client secret under the endpoint set it was entered for.
struct StoredSecret {
  Sealed sealed;
  WallTime set_at{};
  std::optional<WallTime> valid_until;   ///< set when a newer one replaced it: the end of the rotation window
};

/// Everything that receives a secret, a code or a token, fixed and numbered (S1). A change makes a new set.
struct EndpointSet {
  CredentialId credential;
  TenantId tenant;
  std::int64_t number = 0;
  std::int64_t revision = 0;
  std::string client_id;
  std::string authorization_url, token_url, refresh_url, revocation_url, introspection_url, userinfo_url, base_uri, issuer, redirect_uri;
  ClientAuthentication client_authentication = ClientAuthentication::kBasic;
  Parameters proxy_headers;
  Parameters proxy_query;
  Parameters lookups;                                   ///< name -> URL template: look-ups receive the token too
  std::map<std::string, std::string> placeholders;      ///< the operator's values
  std::map<std::string, std::string> host_rules;        ///< placeholder in a host -> who fills it with what (S3), see effective.hpp
  std::map<std::string, std::string> config_services;
  std::vector<StoredSecret> secrets;                    ///< newest first; empty: a public client
  /// The base URI that the hash covers, once the path of `base_uri` was narrowed: S1 exempts that, so that what is sealed under the
  /// hash still opens. Empty: `base_uri`.
  std::string sealed_base_uri;
  bool has_older_connections = false;                   ///< connections of older sets are still to be marked needs_reconnect
  WallTime created_at{};

  /// SHA-256 in hex over all members that S1 names; part of the associated data of its secrets and grants. Compare sets with
  /// same_endpoints().
  [[nodiscard]] std::string hash() const;
};

}  // namespace valetkey::model
