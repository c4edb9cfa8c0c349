#pragma once
#include <map>
#include <optional>
#include <string>

#include "http/request.hpp"
#include "oauth/connections.hpp"

namespace valetkey::http {

/// The body of POST /v1/connections; kInvalidInput with every pointer.
model::Result<oauth::ConnectionWish> read_connection_wish(const Request& request);

/// What a PATCH may change.
struct ConnectionChange {
  std::optional<std::map<std::string, std::string>> metadata;
  std::optional<model::EndUser> end_user;  ///< display_name and email; the id is the connection's for life
  std::optional<bool> held;
};
model::Result<ConnectionChange> read_connection_change(const Request& request);

}  // namespace valetkey::http
