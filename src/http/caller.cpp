#include "http/caller.hpp"

#include <algorithm>

namespace valetkey::http {
namespace {

bool within(const std::vector<std::string>& limit, const std::string& id) {
  return limit.empty() || std::ranges::find(limit, id) != limit.end();
}

}  // namespace

bool permits(const Caller& caller, const model::CredentialId& credential) {
  return caller.limits.connections.empty() && within(caller.limits.credentials, credential.str());
}

bool permits(const Caller& caller, const model::ConnectionId& connection, const model::CredentialId& credential) {
  return within(caller.limits.credentials, credential.str()) && within(caller.limits.connections, connection.str());
}

std::function<bool(const model::Connection&)> permission_of(std::shared_ptr<const Caller> caller) {
  if (caller->limits.credentials.empty() && caller->limits.connections.empty()) return {};
  return [caller = std::move(caller)](const model::Connection& connection) { return permits(*caller, connection); };
}

}  // namespace valetkey::http
