#include "http/resources/audit_entry.hpp"

#include <boost/json/serialize.hpp>

namespace valetkey::http {

model::AuditEntry audit_entry(const ports::Clock& clock, const Caller& caller, std::string_view action, std::string_view target,
                              boost::json::object detail) {
  model::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = clock.wall_now();
  entry.actor = caller.key.str();
  entry.action = action;
  entry.target = target;
  entry.detail = boost::json::serialize(detail);
  return entry;
}

}  // namespace valetkey::http
