#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/connect_session.hpp"
#include "model/secret.hpp"
#include "oauth/alongside.hpp"
#include "oauth/client.hpp"

namespace valetkey::oauth {

struct SessionWish {
  model::CredentialId credential;
  model::EndUser end_user;
  std::optional<model::ConnectionId> connection;  ///< renew this one
  std::string return_url;
  std::string opener_origin;
  std::vector<std::string> scopes;                ///< empty: all of the credential's
};

struct MadeSession {
  model::ConnectSession session;
  model::Secret token;       ///< what the link holds; never stored
  std::string connect_url;   ///< holds the token
};

/// What a connect page shows. For whoever holds the token of the link.
struct OpenSession {
  model::ConnectSession session;
  Client client;
  model::Tenant tenant;
};

/// Invitations: made by the platform's server, opened by the end user's browser, confirmed by the platform's server (S7 to S9).
class ConnectSessions {
 public:
  explicit ConnectSessions(Context& context) : context_(context) {}

  /// kInvalidInput with pointers when the wish does not fit the credential; kNotFound for a credential or connection that is not the
  /// tenant's.
  ports::Answer<MadeSession> create(model::TenantId tenant, SessionWish wish, Alongside<MadeSession> alongside);

  /// kNotFound for a token that is unknown or whose session ended. Changes nothing.
  ports::Answer<OpenSession> open(std::string token) const;

  /// The platform redeems the code that came back into its signed-in session: the connection becomes active, or gets its new grant.
  /// kConflict when it was redeemed, failed or ended; kProviderRejected never; kInvalidInput for another code.
  ports::Answer<model::Connection> confirm(model::TenantId tenant, model::ConnectSessionId session, std::string code,
                                           Alongside<model::Connection> alongside);

  /// Ends what nobody confirmed in time: sessions, and the connections and grants that waited for them. Answers how many.
  ports::Answer<int> end_expired();

 private:
  Context& context_;
};

/// Room for one more connection by the tenant's policy, else by the installation's quota.
ports::Answer<ports::ExpectFewer> connection_quota(const Context& context, const model::TenantId& tenant);

/// Puts `grant` in force for `connection` as its current one, into `unit`; the grant before it is erased.
void install_grant(const Context& context, ports::Unit& unit, model::Connection& connection, const model::Grant& grant);

std::string session_token_hash(std::string_view token);

}  // namespace valetkey::oauth
