#pragma once
#include <boost/json/value.hpp>
#include <string_view>

#include "model/credential_document.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// The tenant as it is read for a change that its policy rules, and the rules that follow from it.
struct TenantRules {
  model::Tenant tenant;
  model::CredentialRules rules;
};
ports::Answer<TenantRules> rules_of(const Context& context, const model::TenantId& tenant);

/// Gives `credential` the callback key that S2 asks for, or takes the one it names, in `unit`. kInvalidInput when the named key is not
/// one that the tenant reserved for this integration, or is taken; or when `document` names the callback without a key.
ports::Answer<void> settle_callback_key(Context& context, ports::Unit& unit, model::Credential& credential,
                                        const model::Integration& integration, const boost::json::value& document);

/// Looks up the config services that `document` names, and pins the versions of those that see secrets (S1). kInvalidInput with a
/// pointer at each that does not exist or is of another kind.
ports::Answer<void> settle_config_services(const Context& context, model::Credential& credential, const boost::json::value& document);

/// What a failed unit of a credential means to the caller.
model::Error credential_conflict(model::Error error, std::string_view doing);

}  // namespace valetkey::oauth
