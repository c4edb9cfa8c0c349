#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "oauth/client.hpp"
#include "oauth/token_response.hpp"

namespace valetkey::oauth {

/// What a User Id Mapper learns of a connection that is being made.
struct NewAccount {
  const model::Connection& connection;                ///< its id, account and earlier app_user_id
  const std::map<std::string, std::string>& fields;   ///< all that are known
  const TokenAnswer& answer;
  const boost::json::object& id_claims;               ///< checked; empty: none
};

/// The application's id of the user, by which events find the connection (DESIGN 6). Form and callback values never make one (S28):
/// without a mapper it is the account, unless a callback named that. A mapper that fails leaves what was there: no connection is lost
/// for it, and its events stay visible as unmatched.
ports::Task<std::string> app_user_id_of(Context& context, const Client& client, NewAccount account);

/// What the mapper may match on: the fields that the token response or a look-up filled.
std::map<std::string, std::string> proven_fields(const model::Integration& integration, const std::map<std::string, std::string>& fields);
/// The other members of a token response, without anything that is a token, at any depth.
boost::json::object without_tokens(const boost::json::object& members);

}  // namespace valetkey::oauth
