#pragma once
#include <map>
#include <string>

#include "oauth/client.hpp"
#include "oauth/token_response.hpp"

namespace valetkey::oauth {

/// Who was connected, as the provider says it (S9, S28): from the token response, a checked ID token, userinfo with the new token, or a
/// declared parameter of the callback. Empty where the integration declares no source.
///
/// kProviderUnavailable when userinfo cannot be reached, kProviderRejected when it answers without the account.
ports::Answer<std::string> account_of(Context& context, const Client& client, const TokenAnswer& answer,
                                      const std::map<std::string, std::string>& fields, const boost::json::object& id_claims,
                                      const std::map<std::string, std::string>& callback);

}  // namespace valetkey::oauth
