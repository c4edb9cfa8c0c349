#include "oauth/return_urls.hpp"

#include <algorithm>

#include "model/url.hpp"

namespace valetkey::oauth {
namespace {

/// By address only: a name such as localhost may lead elsewhere (RFC 8252 section 8.3).
bool is_at_loopback_address(const model::Url& url) { return url.scheme == "http" && (url.host == "127.0.0.1" || url.host == "[::1]"); }

bool fits_at_any_port(const std::string& registered, const model::Url& url) {
  auto known = model::parse_url(registered);
  if (!known || known->explicit_port || !is_at_loopback_address(*known)) return false;
  known->port = url.port;
  known->explicit_port = url.explicit_port;
  return *known == url;
}

}  // namespace

bool is_return_url(const std::vector<std::string>& registered, const std::string& url) {
  if (std::ranges::find(registered, url) != registered.end()) return true;
  const auto parsed = model::parse_url(url);
  if (!parsed || !is_at_loopback_address(*parsed)) return false;
  return std::ranges::any_of(registered, [&](const std::string& each) { return fits_at_any_port(each, *parsed); });
}

}  // namespace valetkey::oauth
