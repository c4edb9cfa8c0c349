#pragma once
#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/credential_answer.hpp"
#include "model/credential_document.hpp"
#include "oauth/alongside.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// A credential with what its answer is made of.
struct CredentialView {
  model::Credential credential;
  model::EndpointSet set;          ///< the current one
  model::Integration integration;  ///< the record as it is today
};

struct CredentialFilter {
  std::string integration;  ///< empty: any
  std::optional<model::GrantType> grant_type;
  std::string name_prefix;
  std::function<bool(const model::Credential&)> is_permitted;  ///< empty: all
};

/// A new client secret and how long the older ones are tried behind it.
struct SecretRotation {
  model::Secret client_secret;
  model::Seconds window{24 * 60 * 60};
};

/// The OAuth clients of a tenant. What a change does to the endpoint set, and so to secrets and connections, is S1.
class Credentials {
 public:
  explicit Credentials(Context& context) : context_(context) {}

  /// The body of POST /v1/credentials. kInvalidInput with every pointer, kNotSupported, kPolicyForbids, kConflict (name),
  /// kQuotaExceeded.
  ports::Answer<CredentialView> create(model::TenantId tenant, boost::json::value document, Alongside<CredentialView> alongside);

  /// kNotFound for another tenant's.
  ports::Answer<CredentialView> load(model::TenantId tenant, model::CredentialId id) const;
  /// At most `limit`, in the order of their ids, those behind `after`.
  ports::Answer<std::vector<CredentialView>> list(model::TenantId tenant, CredentialFilter filter, std::string after, int limit) const;

  /// The body of PATCH. Inside the current endpoint set, and where only the path of `base_uri` is narrowed, nothing else changes. Any
  /// other endpoints need `client_secret` in the same request; they make a new set that holds only this secret, and connections of
  /// older sets become needs_reconnect(endpoints_changed) in the background. kPreconditionFailed when it changed since `before`.
  ports::Answer<CredentialView> change(CredentialView before, boost::json::value document, Alongside<CredentialView> alongside);

  /// Puts a new secret before the older ones, which end with the window, and lets a rejected client try again.
  /// kInvalidInput for a public client.
  ports::Answer<CredentialView> rotate_secret(CredentialView before, SecretRotation rotation, Alongside<CredentialView> alongside);

 private:
  Context& context_;
};

/// For a unit that makes something of the credential: it was not deleted meanwhile. Its revision may have moved on.
inline ports::Expect is_still_there(const model::Credential& credential) {
  return {model::Kind::kCredential, credential.id.str(), "integration", credential.integration};
}

/// What the operator pastes into the third-party application.
model::CredentialUrls urls_of(const Context& context, const model::Credential& credential);

/// Seals `secret` as the newest of `set`; older ones end at `older_until`, and are dropped where that is past. The set is complete but
/// for its secrets.
ports::Answer<void> add_secret(Context& context, model::EndpointSet& set, model::Secret secret, model::WallTime older_until);

}  // namespace valetkey::oauth
