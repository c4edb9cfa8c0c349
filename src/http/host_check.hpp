#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace valetkey::http {

/// `host[:port]` of a Host header or an authority, lower case; no user info. nullopt: not one.
struct HostName {
  std::string name;  ///< IPv6 without brackets
  std::string port;  ///< empty: none
};
std::optional<HostName> parse_host(std::string_view text);

/// Which names requests may be for (S21): a page of a foreign name that resolves to us must not speak to us (DNS rebinding). Names
/// are compared, ports are not: behind a forwarded port the client names another.
class HostCheck {
 public:
  /// `public_url` may be empty; `hosts` are further names. `listens` are the IP addresses listened on: an unspecified one adds
  /// localhost, a loopback one too.
  HostCheck(std::string_view public_url, const std::vector<std::string>& listens, const std::vector<std::string>& hosts);

  /// `local_address`: that of the socket; its literal is never a foreign name. kMalformedRequest, kMisdirected.
  [[nodiscard]] model::Result<void> check(std::string_view host, std::string_view local_address) const;

 private:
  [[nodiscard]] bool is_known_literally(std::string_view host) const;

  std::set<std::string, std::less<>> names_;
};

}  // namespace valetkey::http
