#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/connection.hpp"
#include "model/id.hpp"

namespace valetkey::model {

enum class SessionState { kOpen, kBound, kAuthorized, kCompleted, kFailed };

/// A short-lived, single-use invitation for an end user to create or renew one connection in a browser.
struct ConnectSession {
  ConnectSessionId id;
  TenantId tenant;
  std::int64_t revision = 0;
  CredentialId credential;
  EndUser end_user;
  std::optional<ConnectionId> renews;      ///< the connection that is renewed (S9)
  std::string return_url;                  ///< one of the credential's list; empty: a page of our own
  std::string opener_origin;
  std::vector<std::string> scopes;         ///< empty: the credential's
  std::string token_hash;                  ///< SHA-256 hex of the token in the link
  std::string browser_hash;                ///< SHA-256 hex of the cookie of the browser that pressed Allow first
  std::map<std::string, std::string> fields;  ///< placeholder values
  SessionState state = SessionState::kOpen;
  std::string error;                       ///< code when failed
  std::string choice_field;                ///< the placeholder to name one of `choices` in, when that is why it failed
  std::vector<std::string> choices;
  std::optional<ConnectionId> connection;  ///< what it made
  std::string account;                     ///< who was connected
  std::string app_user_id;                 ///< what the User Id Mapper found for it
  std::optional<GrantId> grant;            ///< the grant that waits for the confirmation
  std::string confirm_hash;                ///< SHA-256 hex of the confirmation code
  std::optional<WallTime> confirm_expires_at;
  WallTime created_at{};
  WallTime expires_at{};
};

/// One authorisation request that is under way; its id is the SHA-256 hex of `state`. Consumed by erasing it.
struct Flow {
  std::string id;
  TenantId tenant;
  ConnectSessionId session;
  CredentialId credential;
  std::int64_t endpoint_set = 0;
  std::string cookie_hash;       ///< SHA-256 hex of the flow cookie (S8)
  std::string callback_path;     ///< the path the answer must come to (S2)
  std::string redirect_uri;
  std::string issuer;            ///< with token_url: the mix-up defence (RFC 9700 4.4.2)
  std::string token_url;         ///< filled
  Sealed code_verifier;          ///< empty: PKCE is off
  std::string nonce_hash;        ///< empty: no ID token asked for
  std::string response_type;
  WallTime expires_at{};
};

}  // namespace valetkey::model
