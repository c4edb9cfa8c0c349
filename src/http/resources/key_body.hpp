#pragma once
#include <boost/json/object.hpp>

#include "http/api_keys.hpp"
#include "http/resources/admin_world.hpp"

namespace valetkey::http {

/// The body of POST /v1/keys by the caller: `{name, scopes: [...] | ["*"], limits: {credentials, connections}, expires_at, role, tenant}`.
/// `tenant` is for installation keys, which have none. `*` means every scope that the caller has. kInvalidInput with every pointer;
/// what is within the caller's is checked by check_within().
ports::Answer<KeySpec> read_key_spec(const AdminWorld& world, const Request& request);

/// Everything about a key but the key.
boost::json::object key_document(const model::ApiKey& key);

}  // namespace valetkey::http
