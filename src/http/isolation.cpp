#include "http/isolation.hpp"

#include "calls/reply_headers.hpp"

namespace valetkey::http {

bool is_isolated(std::string_view path) {
  for (const std::string_view foreign : {"/v1/proxy", "/hooks", "/actions"})
    if (path.starts_with(foreign) && (path.size() == foreign.size() || path[foreign.size()] == '/')) return true;
  return false;
}

void isolate(Response& response) {
  for (const auto& [name, value] : calls::kIsolation) response.set(name, std::string(value));
  if (!response.code.empty()) response.set("Valetkey-Error", response.code);
}

}  // namespace valetkey::http
