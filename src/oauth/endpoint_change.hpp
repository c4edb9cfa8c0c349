#pragma once
#include "model/credential_document.hpp"
#include "oauth/credentials.hpp"

namespace valetkey::oauth {

/// What a change of a credential does to its endpoint set (S1).
enum class EndpointEffect {
  kKept,      ///< the stored set stays in force
  kNarrowed,  ///< only the path of `base_uri` gets longer: secrets and grants stay with the set
  kNewSet,    ///< a new number that holds only the secret of this request
};

/// Pure. The integration's record may have changed since the stored set was made; that alone changes nothing: only what the operator
/// alters does, or the client secret entered anew, which is consent to the endpoints as they are today.
EndpointEffect endpoint_effect(const CredentialView& before, const model::Credential& after, const model::CredentialRules& rules,
                               bool is_secret_given);

/// The set after the effect, without the secret of this request.
model::EndpointSet set_after(EndpointEffect effect, const CredentialView& before, const model::Credential& after,
                             const model::CredentialRules& rules, model::WallTime now);

}  // namespace valetkey::oauth
