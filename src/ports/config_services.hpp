#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/id.hpp"
#include "model/secret.hpp"
#include "ports/account_api.hpp"
#include "ports/task.hpp"

namespace valetkey::ports {

/// The account that was just connected, as the User Id Mapper sees it. Nothing in it comes from a form or a callback unproved (S28).
struct ConnectedAccount {
  model::TenantId tenant;
  model::ConnectionId connection;
  std::string service;                        ///< preset/slack, serv_...; empty: none
  std::string account;                        ///< the provider's id of it
  boost::json::object token_response;         ///< without the tokens
  boost::json::object id_token;               ///< its validated claims; empty: there was none
  std::map<std::string, std::string> fields;  ///< those that the token response or a look-up filled
  model::Secret access_token;                 ///< for calls of a script
  Connecting connecting;                      ///< for the same
};

enum class TokenVerdict { kValid, kInvalid, kUnknown };

struct TokenValidation {
  TokenVerdict outcome = TokenVerdict::kUnknown;
  std::string reason;                         ///< code; of an invalid or unknown one
  std::string account;                        ///< empty: not told
  std::optional<model::WallTime> expires_at;
  std::vector<std::string> scopes;
};

struct ValidationCall {
  model::TenantId tenant;
  model::ConnectionId connection;
  std::string service;
  std::string account;                        ///< expected; empty: unknown
  std::optional<model::Secret> access_token;  ///< the one to check; absent: the one a token read gives
};

/// Custom authentication: a token generated or refreshed by a service of the operator's (DESIGN 6).
struct TokenStep {
  enum class Kind { kGeneration, kRefreshal };
  Kind kind = Kind::kGeneration;
  model::TenantId tenant;
  std::string service;                        ///< with its version: serv_...@3 (S1)
  std::string client_id;
  std::vector<model::Secret> client_secrets;  ///< newest first
  std::string token_url;                      ///< the only host it reaches
  std::vector<std::string> scopes;
  std::map<std::string, std::string> parameters;  ///< config_params of the credential and fields of the connection
  std::map<std::string, model::Secret> secrets;   ///< by name: refresh_token, access_token, code, code_verifier, username, password
  std::string redirect_uri;
  model::Milliseconds deadline{15'000};
  std::function<bool()> may_send;             ///< asked directly before the first byte of a request leaves; may be empty
};

/// What a token step did: the answer, or what is known without one (DESIGN 5.4).
struct TokenStepFailure {
  bool is_sent = false;                       ///< a request left: the outcome is unknown unless `error` says otherwise
  model::Error error;
  std::string oauth_error;                    ///< invalid_grant, ... where the service says so
};

/// What `oauth` asks of the config services, so that neither includes the other. Thread safe.
class ConfigServices {
 public:
  virtual ~ConfigServices() = default;
  /// The members of an RFC 6749 5.1 token response.
  virtual Task<std::expected<boost::json::object, TokenStepFailure>> token_response(TokenStep step) = 0;
  /// The application's id of the user; `account.account` where no service is named or it finds none.
  virtual Answer<std::string> app_user_id(ConnectedAccount account) = 0;
  /// kUnknown wherever it cannot be told; an error only for a service that does not exist or does not validate tokens.
  virtual Answer<TokenValidation> validate(ValidationCall call) = 0;
  /// Whether `name` is a service of this kind for the tenant; kInvalidInput says what is wrong with it. With `pin`, answers the name with
  /// the version that is current.
  virtual Answer<std::string> check(model::TenantId tenant, std::string kind, std::string name, bool pin) = 0;
};

}  // namespace valetkey::ports
