#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/time.hpp"

namespace valetkey::model {

/// Who gives a `{placeholder}` its value (S3).
enum class FilledBy { kOperator, kEndUser, kCallback, kTokenResponse, kLookup };

/// A `{name}` in the URLs, parameters or headers of an integration.
struct Placeholder {
  std::string name;
  FilledBy filled_by = FilledBy::kEndUser;
  std::string title;                  ///< for people: "Subdomain"
  std::string description;
  std::string example;
  std::string pattern;                ///< RE2, whole value; empty: any
  std::vector<std::string> choices;   ///< closed list; empty: open
  std::vector<std::string> host_suffixes;  ///< the value is a whole origin: https://, one label, one of these (S3)
  std::string default_value;
  bool is_optional = false;
};

/// none, client_secret_basic, client_secret_post, basic_secret_only: the secret as user of HTTP Basic, without password or client id.
enum class ClientAuthentication { kNone, kBasic, kPost, kBasicSecretOnly };
enum class TokenBody { kForm, kJson, kQuery };
enum class RefreshBy { kRefreshToken, kExchange, kRegrant, kNever };
enum class Rotation { kNone, kStrict, kGrace };
enum class LifetimeUnit { kSeconds, kMilliseconds };

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// How to read a token response that is not RFC 6749 5.1: dotted paths into it; empty means the standard name.
struct TokenResponseShape {
  std::string access_token;
  std::string refresh_token;
  std::string token_type;
  std::string scope;
  std::string expires_in;
  std::string expires_at;               ///< absolute, unix seconds or RFC 3339
  std::string refresh_token_expires_in;
  std::string id_token;
  std::string error;                    ///< a member that, when present and truthy, makes a 200 an error
  std::string scope_separator;          ///< of the answer; default: the integration's, a space is always accepted
  LifetimeUnit unit = LifetimeUnit::kSeconds;
  std::optional<Seconds> default_lifetime;  ///< where expires_in is missing
};

/// Where the identity of the connected account comes from (S9, S28).
struct AccountSource {
  enum class From { kNothing, kTokenResponse, kIdToken, kUserinfo, kCallback };
  From from = From::kNothing;
  std::string path;                     ///< dotted path; e.g. `sub`, `team.id`

  friend bool operator==(const AccountSource&, const AccountSource&) = default;
};

/// What is copied into the connection: placeholder name <- dotted path or callback parameter.
struct Capture {
  std::map<std::string, std::string> token_response;
  std::map<std::string, std::string> callback;
};

/// Which of several items a look-up takes where the end user named none: never a guess.
struct LookUpChoice {
  std::string by;                       ///< placeholder whose value names the item; empty: nobody can name one
  std::vector<std::string> among;       ///< dotted paths of what in an item it may name
  std::string default_flag;             ///< dotted path of a flag that marks the account's own default; empty: there is none
};

/// A GET with the new token after connecting, whose answer fills placeholders (S1, S28).
struct LookUp {
  std::string name;                     ///< of one item, for people: "site"
  std::string url;                      ///< template
  std::string items;                    ///< dotted path to a list of items or to the only one; empty: the answer itself
  std::string label;                    ///< dotted path of what people call an item
  LookUpChoice choose;
  std::map<std::string, std::string> fill;  ///< placeholder <- dotted path in the item
};

/// Further named tokens of one token response, e.g. Slack's `user` -> `authed_user.access_token`.
struct NamedToken {
  std::string name;
  std::string access_token;
  std::string refresh_token;
  std::string expires_in;
  std::string scope;
};

/// An answer of an API that means the token is no longer good although its status does not say so: JSON with one of `values` at a path.
struct ExpiredBody {
  std::vector<int> statuses;            ///< of the answers that are looked into; empty: there is no such rule
  std::string path;                     ///< dotted path
  std::vector<std::string> values;

  friend bool operator==(const ExpiredBody&, const ExpiredBody&) = default;
};

enum class ResetUnit { kSeconds, kUnixSeconds, kUnixMilliseconds };

/// How an API tells that it was called too often, and until when.
struct RateLimitSignal {
  std::vector<int> statuses;            ///< default: 429
  std::string remaining_header;         ///< calls left; empty: not told
  std::string reset_header;             ///< when there are some again; empty: not told
  ResetUnit reset_unit = ResetUnit::kSeconds;  ///< seconds from now, or a point in time

  friend bool operator==(const RateLimitSignal&, const RateLimitSignal&) = default;
};

/// How the API of the integration wants its token, its fixed headers and parameters (templates; `{access_token}` is the token), and what
/// its answers say of the token.
struct ProxyFacts {
  Parameters headers;                   ///< default, where neither headers nor query are given: Authorization: Bearer {access_token}
  Parameters query;                     ///< parameters of every call
  std::vector<int> expired_statuses;    ///< default: 401
  ExpiredBody expired_body;
  RateLimitSignal rate_limit;
};

struct ScopeFacts {
  std::string name;
  std::string description;              ///< what the connect page says will be granted
};

/// A third-party application: data, never code. One record of the catalogue, or a custom one of a tenant.
struct Integration {
  std::string slug;                     ///< [a-z0-9-]{1,63}
  std::string name;
  std::string description;
  std::string documentation_url;        ///< source of the facts
  std::string registration_url;         ///< where the operator registers the OAuth client
  std::string checked_on;               ///< date of the facts, YYYY-MM-DD
  bool is_custom = false;

  std::string authorization_url;        ///< templates, see Placeholder
  std::string token_url;
  std::string refresh_url;              ///< empty: token_url
  std::string revocation_url;
  std::string introspection_url;
  std::string userinfo_url;
  std::string base_uri;
  std::string issuer;                   ///< expected `iss` (RFC 9207, OpenID Connect)
  bool requires_iss = false;            ///< the server announces authorization_response_iss_parameter_supported

  std::vector<std::string> grant_types; ///< authorization_code, password, client_credentials
  std::vector<Placeholder> placeholders;
  Parameters authorization_params;
  Parameters token_params;
  Parameters refresh_params;
  std::map<std::string, std::string> authorization_rename;  ///< standard name -> theirs
  std::string token_grant_type;         ///< grant_type under another name; empty: the standard one
  bool pkce = true;
  bool nonce = true;                    ///< false: its ID tokens come without the nonce that was sent
  std::string scope_separator = " ";
  std::string audience_parameter = "resource";  ///< what `?audience=` of a token read becomes in the token request
  std::vector<std::string> default_scopes;
  std::vector<ScopeFacts> scopes;
  ClientAuthentication client_authentication = ClientAuthentication::kBasic;
  TokenBody token_body = TokenBody::kForm;
  std::string callback_code = "code";   ///< name of the code in the callback
  TokenResponseShape response;
  std::vector<NamedToken> tokens;
  Capture capture;
  std::vector<LookUp> lookups;          ///< in the order in which they are made
  AccountSource account;
  RefreshBy refresh = RefreshBy::kRefreshToken;
  Rotation rotation = Rotation::kStrict;
  Seconds rotation_grace{0};
  std::optional<Seconds> refresh_token_lifetime;   ///< by age
  std::optional<Seconds> refresh_token_idle;       ///< by idleness; the broker keeps alive before it
  bool revocation_ends_all_grants = false;         ///< a revocation ends every grant of the account and client
  ProxyFacts proxy;
  std::map<std::string, std::string> config_services;  ///< kind -> preset name
};

}  // namespace valetkey::model
