#pragma once
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"
#include "model/time.hpp"

namespace valetkey::http {

/// The cookies of the connect flow (S8): `__Host-` prefix, Secure, HttpOnly, SameSite=Lax, one per flow. Plain loopback drops prefix
/// and Secure, which a browser would refuse there.
class FlowCookies {
 public:
  explicit FlowCookies(std::string_view public_url) : is_secure_(public_url.starts_with("https://")) {}

  /// `kind` is `connect` (binds a session to the first browser) or `flow` (one authorisation request); `tag` tells them apart.
  void set(Response& response, std::string_view kind, std::string_view tag, std::string_view value, model::Seconds lifetime) const;
  void clear(Response& response, std::string_view kind, std::string_view tag) const;
  /// Empty when the browser sent none.
  [[nodiscard]] std::string read(const Request& request, std::string_view kind, std::string_view tag) const;

 private:
  [[nodiscard]] std::string name(std::string_view kind, std::string_view tag) const;

  bool is_secure_;
};

}  // namespace valetkey::http
