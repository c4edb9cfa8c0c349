#pragma once
#include <boost/json/object.hpp>

namespace valetkey::cli {

/// The members of `wanted` that an answer of the API does not show already: what a PATCH has to send. Pure.
/// Null gives a member back to its default, so that it differs only where the operator set something.

/// Of a credential: `origins` of the answer tells what the operator set; `config_services` and `placeholders` differ by their own
/// members, every other object as a whole.
boost::json::object credential_difference(const boost::json::object& wanted, const boost::json::object& current);

/// Of a custom integration, whose answer leaves out what is default: both are read as integrations before they are compared.
boost::json::object integration_difference(const boost::json::object& wanted, const boost::json::object& current);

boost::json::object policy_difference(const boost::json::object& wanted, const boost::json::object& current);

}  // namespace valetkey::cli
