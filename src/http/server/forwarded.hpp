#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "model/address.hpp"

namespace valetkey::http::server {

/// Who may say for whom a request was forwarded (S21).
class Forwarded {
 public:
  /// Networks that cannot be read are refused by check_settings().
  explicit Forwarded(const std::vector<std::string>& trusted_proxies);

  /// Sets peer, scheme and request id from X-Forwarded-For, X-Forwarded-Proto and X-Request-Id of a trusted peer, and removes every
  /// X-Forwarded-* and Forwarded header, so that nothing behind can believe one. Expects `peer` and `is_tls` of the socket.
  void apply(Request& request) const;

 private:
  [[nodiscard]] bool trusts(std::string_view address) const;
  void believe(Request& request) const;

  std::vector<model::Network> trusted_;
};

}  // namespace valetkey::http::server
