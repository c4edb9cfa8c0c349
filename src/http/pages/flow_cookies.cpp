#include "http/pages/flow_cookies.hpp"

#include <fmt/format.h>

namespace valetkey::http {

std::string FlowCookies::name(std::string_view kind, std::string_view tag) const {
  return fmt::format("{}vk_{}_{}", is_secure_ ? "__Host-" : "", kind, tag);
}

void FlowCookies::set(Response& response, std::string_view kind, std::string_view tag, std::string_view value,
                      model::Seconds lifetime) const {
  response.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", name(kind, tag), value,
                                                          lifetime.count(), is_secure_ ? "; Secure" : ""));
}

void FlowCookies::clear(Response& response, std::string_view kind, std::string_view tag) const {
  set(response, kind, tag, "", model::Seconds{0});
}

std::string FlowCookies::read(const Request& request, std::string_view kind, std::string_view tag) const {
  const auto wanted = name(kind, tag);
  for (const auto& [header, value] : request.headers) {
    if (header != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto end = rest.find(';');
      auto pair = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == wanted) return std::string(pair.substr(equals + 1));
    }
  }
  return {};
}

}  // namespace valetkey::http
