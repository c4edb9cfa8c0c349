#include "http/isolation.hpp"

#include "calls/reply_headers.hpp"

namespace valetkey::http {

bool is_isolated(std::string_view path) {
  constexpr std::string_view kProxy = "/v1/proxy";
  return path.starts_with(kProxy) && (path.size() == kProxy.size() || path[kProxy.size()] == '/');
}

void isolate(Response& response) {
  for (const auto& [name, value] : calls::kIsolation) response.set(name, std::string(value));
  if (!response.code.empty()) response.set("Valetkey-Error", response.code);
}

}  // namespace valetkey::http
