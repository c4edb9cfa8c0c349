#pragma once
#include <boost/json/object.hpp>

#include "http/caller.hpp"
#include "http/request.hpp"
#include "http/resources/resource_route.hpp"
#include "http/response.hpp"
#include "oauth/connections.hpp"
#include "oauth/refresher.hpp"

namespace valetkey::http {

/// What the routes work with that set a tenant up: integrations, credentials, keys, tenants, audit. All of it outlives the router.
struct AdminWorld {
  oauth::Context& context;
  oauth::Connections& connections;
  oauth::Refresher& refresher;
};

/// kForbidden for a key that is limited to some credentials or connections: `doing` is about all of the tenant.
model::Result<void> check_unlimited(const Caller& caller, std::string_view doing);

/// Names of the members of a change, for the audit log: what changed is told, its values are not.
boost::json::object changed_members(const boost::json::object& document);

/// What must not be guessed from an unknown query parameter: kInvalidInput for a value that is neither.
model::Result<bool> flag_of(const Request& request, std::string_view name);

}  // namespace valetkey::http
