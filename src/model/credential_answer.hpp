#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "model/credential.hpp"
#include "model/integration.hpp"

namespace valetkey::model {

/// Something about a credential that works but is legacy or weak.
struct Warning {
  std::string code;       ///< snake_case
  std::string reference;  ///< RFC section or rule
  std::string detail;
};

/// What the operator should know. `live` is the integration's record as it is today, `set` the endpoint set in force.
std::vector<Warning> warnings_for(const Credential& credential, const EndpointSet& set, const Integration& live,
                                  std::string_view own_redirect_uri);

/// What the operator pastes into the third-party application.
struct CredentialUrls {
  std::string webhook_url;
  std::string action_url;
  std::string callback_url;  ///< the broker's own callback: the Authentication URL unless a foreign redirect URI forwards to it
};

/// The API's answer: effective values, their origins, never a secret.
boost::json::object to_json(const Credential& credential, const EndpointSet& set, const Integration& live, const CredentialUrls& urls);

}  // namespace valetkey::model
