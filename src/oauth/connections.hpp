#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/secret.hpp"
#include "oauth/alongside.hpp"
#include "oauth/client.hpp"
#include "oauth/refresher.hpp"

namespace valetkey::oauth {

/// Tokens that were held elsewhere.
struct ImportedTokens {
  model::Secret access_token;
  model::Secret refresh_token;
  std::string token_type = "Bearer";
  std::optional<model::WallTime> expires_at;
  std::vector<std::string> scopes;
};

/// A connection that needs no browser.
struct ConnectionWish {
  model::CredentialId credential;
  model::EndUser end_user;
  std::string username;                           ///< Password grant
  model::Secret password;
  std::string audience;                           ///< Client Credentials grant
  std::vector<std::string> scopes;                ///< empty: all of the credential's
  std::map<std::string, std::string> fields;      ///< placeholders
  std::map<std::string, std::string> metadata;
  std::optional<ImportedTokens> import;
};

/// What the provider was told when a connection ended (RFC 7009).
struct Revocation {
  enum class Outcome {
    kRevoked,
    kNotSupported,  ///< the integration declares no revocation endpoint, or there is nothing to revoke
    kShared,        ///< not asked: it would end another connection of the same account
    kFailed,
  };
  Outcome outcome = Outcome::kNotSupported;
  std::string detail;
};
std::string_view to_string(Revocation::Outcome outcome);

struct Removed {
  model::ConnectionId id;
  Revocation revocation;
};

class Connections {
 public:
  Connections(Context& context, Refresher& refresher) : context_(context), refresher_(refresher) {}

  /// Makes a connection by the credential's grant (Password, Client Credentials) or from imported tokens. One attempt at the provider;
  /// the password is wiped after it, and kept sealed only where the server gives no refresh token and the credential says keep_password.
  /// kInvalidInput with pointers; kProviderRejected, kCredentialConfiguration, kProviderUnavailable, kOutcomeUnknown; kConflict when
  /// this audience and scope set of a client credentials credential has a connection already.
  ports::Answer<model::Connection> create(model::TenantId tenant, ConnectionWish wish, Alongside<model::Connection> alongside);

  /// Revokes at the provider where it can, erases the connection with all of its grants, under the refresh guard.
  ports::Answer<Removed> remove(model::TenantId tenant, model::ConnectionId connection, Alongside<Removed> alongside);

  /// All of an end user's connections, one by one; goes on where one fails, and answers the first failure at the end.
  ports::Answer<std::vector<Removed>> remove_of_end_user(model::TenantId tenant, std::string end_user, Alongside<Removed> alongside);

 private:
  ports::Answer<Revocation> revoke(const GrantState& state);

  Context& context_;
  Refresher& refresher_;
};

}  // namespace valetkey::oauth
