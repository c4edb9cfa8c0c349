#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/id.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

enum class ConnectionState { kAwaitingConfirmation, kActive, kNeedsReconnect, kHeld, kRevoked };

struct EndUser {
  std::string id;            ///< the platform's own id of its user
  std::string display_name;
  std::string email;
};

/// What the Token Validation service found last (DESIGN 6).
struct Validation {
  std::string outcome;                          ///< valid, invalid, unknown
  std::string reason;                           ///< code; of an invalid or unknown one
  WallTime at{};
};

/// One account that was authorised through a credential.
struct Connection {
  ConnectionId id;
  TenantId tenant;
  std::int64_t revision = 0;
  CredentialId credential;
  EndUser end_user;
  std::string app_user_id;                      ///< what the User Id Mapper found
  std::string account;                          ///< the provider's id of the account; empty: unknown
  ConnectionState state = ConnectionState::kAwaitingConfirmation;
  std::string state_reason;
  std::map<std::string, std::string> fields;    ///< placeholder values
  std::map<std::string, std::string> metadata;  ///< the platform's own labels
  GrantId current_grant;
  std::optional<Validation> validation;         ///< the last one that told something or failed to
  std::string unique_key;                       ///< client credentials: one per credential, audience and scope set; empty: free
  WallTime created_at{};
  WallTime updated_at{};
};

std::string_view to_string(ConnectionState state);

/// One access token of a grant, by name (Slack's `user`) and audience.
struct AccessToken {
  std::string name;                    ///< empty: the main one
  std::string audience;                ///< empty: none asked for
  Sealed sealed;
  std::string token_type = "Bearer";
  std::vector<std::string> scopes;
  WallTime issued_at{};                ///< before the request was sent
  std::optional<WallTime> expires_at;  ///< nullopt: no lifetime known
  std::int64_t generation = 0;         ///< the grant's generation that gave it
};

/// What is known of the request that spends a refresh token (DESIGN 5.4).
enum class Attempt {
  kNone,     ///< no request is under way, the last outcome is known
  kStarted,  ///< on disk before the request leaves
  kUnknown,  ///< sent without a usable answer
};

/// What one authorisation gave.
struct Grant {
  GrantId id;
  TenantId tenant;
  std::int64_t revision = 0;
  ConnectionId connection;
  CredentialId credential;
  std::int64_t endpoint_set = 0;
  std::int64_t generation = 1;                  ///< rises with every save of tokens; compare-and-set key of a save
  Sealed refresh_token;                         ///< empty: none
  std::optional<WallTime> refresh_expires_at;   ///< absolute end of the refresh token
  std::optional<WallTime> refresh_used_at;      ///< last use, for idle limits
  Sealed password;                              ///< name and password, only where `keep_password`
  std::string audience;                         ///< client credentials: what this grant asks for
  std::vector<std::string> scopes;
  std::vector<AccessToken> access_tokens;
  Sealed extra;                                 ///< unknown members of the token response, JSON
  Attempt attempt = Attempt::kNone;
  std::optional<WallTime> attempt_at;
  int failures = 0;                             ///< in a row; cleared by a success
  std::optional<WallTime> next_attempt_at;      ///< no request before this
  std::string last_error;                       ///< code of the last failure
  bool expiring_announced = false;              ///< connection.expiring was emitted
  std::optional<WallTime> due_at;               ///< when the background refresher looks at it
  std::string data_key;                         ///< id of the data key that seals the fields
  WallTime created_at{};
};

/// The token of `name` and `audience`, or null.
const AccessToken* find_token(const Grant& grant, std::string_view name, std::string_view audience);

}  // namespace valetkey::model
