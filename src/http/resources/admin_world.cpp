#include "http/resources/admin_world.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "model/json_reader.hpp"

namespace valetkey::http {

model::Result<void> check_unlimited(const Caller& caller, std::string_view doing) {
  if (caller.limits.credentials.empty() && caller.limits.connections.empty()) return {};
  return model::fail(model::Code::kForbidden, fmt::format("{}: this key is limited to some credentials or connections", doing));
}

boost::json::object changed_members(const boost::json::object& document) {
  boost::json::array names;
  for (const auto& member : document) names.emplace_back(member.key());
  return {{"members", std::move(names)}};
}

model::Result<bool> flag_of(const Request& request, std::string_view name) {
  const auto value = request.query_value(name);
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  return model::fail(model::invalid_input("read the query", {{model::pointer_to("", name), "must be true or false"}}));
}

}  // namespace valetkey::http
