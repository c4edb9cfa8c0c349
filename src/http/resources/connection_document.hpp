#pragma once
#include <boost/json/object.hpp>

#include "model/connection.hpp"
#include "model/json_reader.hpp"
#include "oauth/validations.hpp"

namespace valetkey::http {

/// A connection as the API answers it; no token.
boost::json::object to_json(const model::Connection& connection);
/// What a reader may know of its grant: lifetimes, scopes, how refreshing goes.
boost::json::object to_json(const model::Grant& grant);
boost::json::object to_json(const model::EndUser& user);
boost::json::object to_json(const oauth::ValidationReport& report);

/// `end_user {id, display_name?, email?}` of a request body.
model::EndUser read_end_user(model::JsonReader& body, bool is_required);

}  // namespace valetkey::http
