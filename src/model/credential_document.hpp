#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/credential.hpp"
#include "model/error.hpp"
#include "model/integration.hpp"
#include "model/secret.hpp"
#include "model/tenant.hpp"

namespace valetkey::model {

/// What the documents of credentials are checked against besides the integration.
struct CredentialRules {
  Policy policy;           ///< the tenant's
  std::string public_url;  ///< origin of the broker's callbacks, without a slash at its end
};

/// A credential as an operator asked for it. Id, tenant, revision, number of the endpoint set and times are the caller's, and so is a
/// callback key where S2 needs one and none was named.
struct CredentialInput {
  Credential credential;
  std::optional<Secret> client_secret;  ///< given in this request
};

/// The slug in `integration`, which decides how the rest is read. kInvalidInput.
Result<std::string> integration_slug_of(const boost::json::value& document);

/// The body of POST /v1/credentials. All faults are collected with JSON pointers. kInvalidInput; kNotSupported when nothing is wrong
/// but a later version's feature is asked for; kPolicyForbids when nothing but the tenant's policy stands against it.
Result<CredentialInput> read_credential(const boost::json::value& document, const Integration& integration, const CredentialRules& rules);

/// The body of PATCH: only the members given change, null gives the value back to the integration. Errors as above. Whether the
/// change needs the client secret again is `check_secret_again`.
Result<CredentialInput> read_credential_change(const boost::json::value& document, const Credential& current,
                                               const Integration& integration, const CredentialRules& rules);

/// S1: a set that is not the same needs `client_secret` in the same request, unless it only narrows the path of `base_uri` or the
/// client has no secret. The fault names what changed.
std::optional<FieldError> check_secret_again(const EndpointSet& before, const EndpointSet& after, bool secret_given);

/// The broker's own callback of a credential.
std::string own_redirect_uri(const Credential& credential, const CredentialRules& rules);

}  // namespace valetkey::model
