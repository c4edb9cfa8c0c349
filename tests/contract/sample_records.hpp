#pragma once
// One record of each kind with every member set to something that is not its default.
#include "model/records.hpp"

namespace valetkey::test {

inline model::WallTime at(std::int64_t ms) { return model::from_unix_ms(1'767'225'600'000 + ms); }

/// Every byte there is, as a sealed field may hold it.
inline model::Sealed sealed(std::string_view mark) {
  std::string bytes(mark);
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return {bytes};
}

template <class Record>
Record sample();

template <>
inline model::Installation sample() {
  return {.id = "inst_1",
          .revision = 3,
          .fingerprint = "print",
          .hold = true,
          .hold_reason = "restored",
          .created_at = at(1),
          .first_admin_at = at(2)};
}

template <>
inline model::Tenant sample() {
  return {.id = model::TenantId{"ten_a"},
          .revision = 2,
          .name = "Acme",
          .policy = {.forbid_password_grant = true, .forbid_front_channel = true, .max_credentials = 10, .max_connections = 1'000'000},
          .created_at = at(1)};
}

template <>
inline model::ApiKey sample() {
  return {.id = model::ApiKeyId{"key_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 4,
          .role = model::KeyRole::kInstallation,
          .name = "deploy",
          .scopes = {"tokens:read", "proxy"},
          .limits = {.credentials = {"cred_1"}, .connections = {"conn_1", "conn_2"}},
          .expires_at = at(5),
          .lookup = "0a0b",
          .hash = "0c0d",
          .created_at = at(6),
          .created_by = "key_0"};
}

template <>
inline model::CustomIntegration sample() {
  return {.slug = "acme",
          .tenant = model::TenantId{"ten_a"},
          .revision = 5,
          .document = R"({"slug":"acme","note":"ü \" \\ / \u0000"})",
          .created_at = at(1),
          .updated_at = at(2)};
}

template <>
inline model::CallbackKey sample() {
  return {.id = "cb_key", .tenant = model::TenantId{"ten_a"}, .integration = "acme", .credential = "cred_1", .created_at = at(1)};
}

template <>
inline model::Overrides sample() {
  return {.authorization_url = "https://a.example/authorize",
          .token_url = "https://a.example/token",
          .refresh_url = "https://a.example/refresh",
          .revocation_url = "https://a.example/revoke",
          .introspection_url = "https://a.example/introspect",
          .userinfo_url = "https://a.example/userinfo",
          .base_uri = "https://api.a.example/v1",
          .issuer = "https://a.example",
          .requires_iss = true,
          .pkce = false,
          .scope_separator = ",",
          .client_authentication = model::ClientAuthentication::kPost,
          .rotation = model::Rotation::kGrace,
          .rotation_grace = model::Seconds{30},
          .account = model::AccountSource{.from = model::AccountSource::From::kIdToken, .path = "sub"},
          .authorization_params = model::Parameters{{"prompt", "consent"}, {"access_type", "offline"}},
          .token_params = model::Parameters{{"z", "1"}, {"a", "2"}, {"z", "3"}},
          .refresh_params = model::Parameters{{"b", ""}},
          .redirect_uri = "https://foreign.example/callback"};
}

template <>
inline model::Credential sample() {
  return {.id = model::CredentialId{"cred_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 6,
          .name = "Main",
          .description = "the one",
          .integration = "acme",
          .authentication_type = "custom",
          .grant_type = model::GrantType::kClientCredentials,
          .client_id = "client",
          .scopes = {"read", "write"},
          .scopes_set = true,
          .response_type = "code id_token",
          .overrides = sample<model::Overrides>(),
          .placeholders = {{"subdomain", "acme"}, {"region", "eu"}},
          .config_services = {{"token_validation", "preset/acme"}},
          .custom = true,
          .config_params = {{"realm", "eu"}},
          .return_urls = {"https://app.example/back"},
          .opener_origins = {"https://app.example"},
          .audiences = {"https://api.a.example/"},
          .completion = model::Completion::kImmediate,
          .keep_password = true,
          .callback_key = "cb_key",
          .webhook_key = "wh_key",
          .endpoint_set = 7,
          .client_error = model::ClientError{.code = "invalid_client", .since = at(3), .next_probe_at = at(4)},
          .created_at = at(1),
          .updated_at = at(2)};
}

template <>
inline model::EndpointSet sample() {
  return {.credential = model::CredentialId{"cred_1"},
          .tenant = model::TenantId{"ten_a"},
          .number = 7,
          .revision = 2,
          .client_id = "client",
          .authorization_url = "https://a.example/authorize",
          .token_url = "https://a.example/token",
          .refresh_url = "https://a.example/refresh",
          .revocation_url = "https://a.example/revoke",
          .introspection_url = "https://a.example/introspect",
          .userinfo_url = "https://a.example/userinfo",
          .base_uri = "https://api.a.example/v1",
          .issuer = "https://a.example",
          .redirect_uri = "https://broker.example/oauth/callback/acme/cb_key",
          .client_authentication = model::ClientAuthentication::kNone,
          .proxy_headers = {{"X-Token", "{access_token}"}, {"Accept", "application/json"}},
          .proxy_query = {{"key", "{access_token}"}},
          .lookups = {{"site", "https://acme.example/sites"}},
          .placeholders = {{"subdomain", "acme"}},
          .host_rules = {{"subdomain", "operator"}},
          .config_services = {{"token_validation", "preset/acme"}},
          .secrets = {{.sealed = sealed("new"), .set_at = at(2), .valid_until = std::nullopt},
                      {.sealed = sealed("old"), .set_at = at(1), .valid_until = at(3)}},
          .sealed_base_uri = "https://api.a.example",
          .has_older_connections = true,
          .created_at = at(1)};
}

template <>
inline model::Connection sample() {
  return {.id = model::ConnectionId{"conn_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 8,
          .credential = model::CredentialId{"cred_1"},
          .end_user = {.id = "user_1", .display_name = "Ada L\xc3\xb6velace", .email = "ada@app.example"},
          .app_user_id = "U024",
          .account = "acct_1",
          .state = model::ConnectionState::kNeedsReconnect,
          .state_reason = "refresh_outcome_unknown",
          .fields = {{"instance", "eu1"}, {"long", std::string(10'000, 'x')}},
          .metadata = {{"team", "blue"}},
          .current_grant = model::GrantId{"grant_1"},
          .validation = model::Validation{.outcome = "invalid", .reason = "token_revoked", .at = at(7)},
          .unique_key = "aud read",
          .created_at = at(1),
          .updated_at = at(2)};
}

template <>
inline model::Grant sample() {
  return {.id = model::GrantId{"grant_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 9,
          .connection = model::ConnectionId{"conn_1"},
          .credential = model::CredentialId{"cred_1"},
          .endpoint_set = 7,
          .generation = 12,
          .refresh_token = sealed("refresh"),
          .refresh_expires_at = at(90),
          .refresh_used_at = at(10),
          .password = sealed("password"),
          .audience = "https://api.a.example",
          .scopes = {"read"},
          .access_tokens = {{.name = "",
                             .audience = "",
                             .sealed = sealed("access"),
                             .token_type = "Bearer",
                             .scopes = {},
                             .issued_at = at(1),
                             .expires_at = std::nullopt,
                             .generation = 1},
                            {.name = "user",
                             .audience = "https://b.example",
                             .sealed = sealed("user"),
                             .token_type = "bot",
                             .scopes = {"chat"},
                             .issued_at = at(20),
                             .expires_at = at(30),
                             .generation = 12}},
          .extra = sealed("extra"),
          .attempt = model::Attempt::kUnknown,
          .attempt_at = at(21),
          .failures = 3,
          .next_attempt_at = at(22),
          .last_error = "provider_unavailable",
          .expiring_announced = true,
          .due_at = at(25),
          .data_key = "dk_1",
          .created_at = at(1)};
}

template <>
inline model::ConnectSession sample() {
  return {.id = model::ConnectSessionId{"cs_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 10,
          .credential = model::CredentialId{"cred_1"},
          .end_user = {.id = "user_1", .display_name = "Ada", .email = "ada@app.example"},
          .renews = model::ConnectionId{"conn_1"},
          .return_url = "https://app.example/back",
          .opener_origin = "https://app.example",
          .scopes = {"read"},
          .token_hash = "0e0f",
          .browser_hash = "1011",
          .fields = {{"subdomain", "acme"}},
          .state = model::SessionState::kAuthorized,
          .error = "access_denied",
          .choice_field = "site",
          .choices = {"Acme", "Beta"},
          .connection = model::ConnectionId{"conn_2"},
          .account = "acct_1",
          .app_user_id = "user_1",
          .grant = model::GrantId{"grant_2"},
          .confirm_hash = "1213",
          .confirm_expires_at = at(4),
          .created_at = at(1),
          .expires_at = at(5)};
}

template <>
inline model::Flow sample() {
  return {.id = "1415",
          .tenant = model::TenantId{"ten_a"},
          .session = model::ConnectSessionId{"cs_1"},
          .credential = model::CredentialId{"cred_1"},
          .endpoint_set = 7,
          .cookie_hash = "1617",
          .callback_path = "/oauth/callback/acme/cb_key",
          .redirect_uri = "https://broker.example/oauth/callback/acme/cb_key",
          .issuer = "https://a.example",
          .token_url = "https://a.example/token",
          .code_verifier = sealed("verifier"),
          .nonce_hash = "1819",
          .response_type = "code",
          .expires_at = at(6)};
}

template <>
inline model::ConfigService sample() {
  return {.id = model::ServiceId{"serv_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 11,
          .name = "Orders",
          .description = "reads orders",
          .implementation = model::Implementation::kHttp,
          .kinds = {"webhook_parser"},
          .version = 3,
          .signing_secret = sealed("service"),
          .created_at = at(1),
          .updated_at = at(2)};
}

template <>
inline model::ServiceVersion sample() {
  return {.service = model::ServiceId{"serv_1"},
          .tenant = model::TenantId{"ten_a"},
          .number = 3,
          .revision = 1,
          .kinds = {"webhook_parser"},
          .text = "https://orders.example/parse",
          .created_at = at(1),
          .created_by = "key_1"};
}

template <>
inline model::Endpoint sample() {
  return {.id = model::EndpointId{"ep_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 12,
          .credential = model::CredentialId{"cred_1"},
          .connection = model::ConnectionId{"conn_1"},
          .integration = "acme",
          .is_enabled = false,
          .verification = model::Verification::kNone,
          .secrets = {{.name = "signing_secret", .value = {.sealed = sealed("sign"), .set_at = at(2), .valid_until = at(3)}}},
          .parameters = {{"topic", "orders"}},
          .reply_destination = "dest_1",
          .handshake_until = at(4),
          .created_at = at(1),
          .updated_at = at(2)};
}

template <>
inline model::EndpointKey sample() {
  return {.id = "wh_key",
          .tenant = model::TenantId{"ten_a"},
          .revision = 2,
          .endpoint = model::EndpointId{"ep_1"},
          .expires_at = at(5),
          .created_at = at(1)};
}

template <>
inline model::ReceivedRequest sample() {
  return {.id = model::RequestId{"req_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 13,
          .endpoint = model::EndpointId{"ep_1"},
          .credential = model::CredentialId{"cred_1"},
          .connection = model::ConnectionId{"conn_1"},
          .integration = "acme",
          .kind = model::RequestKind::kAction,
          .state = model::RequestState::kUnmatched,
          .verification = "preset/acme",
          .raw = sealed("raw"),
          .messages = sealed("messages"),
          .failures = 2,
          .last_error = "not_json",
          .due_at = at(6),
          .received_at = at(1)};
}

template <>
inline model::SeenEvent sample() {
  return {.id = "ep_1/2021", .tenant = model::TenantId{"ten_a"}, .revision = 1, .request = "req_1", .expires_at = at(7)};
}

template <>
inline model::Destination sample() {
  return {.id = model::DestinationId{"dest_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 14,
          .name = "Orders",
          .description = "to the shop",
          .url = "https://shop.example/hooks",
          .filter = {.types = {"webhook.*"}, .integrations = {"acme"}, .credentials = {"cred_1"}, .connections = {"conn_1"}},
          .secrets = {{.sealed = sealed("dest"), .set_at = at(2), .valid_until = at(3)}},
          .is_enabled = false,
          .disabled_reason = "gone",
          .created_at = at(1),
          .updated_at = at(2)};
}

template <>
inline model::Delivery sample() {
  return {.id = model::DeliveryId{"dlv_1"},
          .tenant = model::TenantId{"ten_a"},
          .revision = 15,
          .destination = model::DestinationId{"dest_1"},
          .event = model::EventId{"evt_1"},
          .event_sequence = 16,
          .event_type = "webhook.order",
          .state = model::DeliveryState::kDead,
          .due_at = at(8),
          .attempts = 2,
          .log = {{.at = at(3), .duration_ms = 40, .status = 500, .error = "status"}},
          .reply = sealed("reply"),
          .is_replay = true,
          .created_at = at(1)};
}

template <>
inline model::EventCursor sample() {
  return {.id = "dispatcher", .revision = 17, .sequence = 18};
}

}  // namespace valetkey::test
