#include "http/host_check.hpp"

#include <algorithm>

#include "model/address.hpp"
#include "model/http_text.hpp"
#include "model/url.hpp"

namespace valetkey::http {

using model::lowered;

namespace {

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// One spelling per address, so that [0:0::1] is [::1].
std::string canonical(std::string name) {
  const auto address = model::parse_address(name);
  return address ? model::to_string(model::unmapped(*address)) : std::move(name);
}

bool is_unspecified_or_loopback(std::string_view address) {
  return address == "0.0.0.0" || address == "::" || address == "::1" || address.starts_with("127.");
}

}  // namespace

std::optional<HostName> parse_host(std::string_view text) {
  HostName host;
  auto behind = std::string_view{};
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host.name = lowered(text.substr(1, end - 1));
    const auto address = model::parse_address(host.name);
    if (!address || address->is_v4) return std::nullopt;
    behind = text.substr(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    host.name = lowered(text.substr(0, end));
    if (host.name.ends_with('.')) host.name.pop_back();
    if (host.name.empty() || !std::ranges::all_of(host.name, is_name_char)) return std::nullopt;
    behind = text.substr(end);
  }
  host.name = canonical(std::move(host.name));
  if (behind.empty() || behind == ":") return host;
  if (!behind.starts_with(':') || !is_port(behind.substr(1))) return std::nullopt;
  host.port = behind.substr(1);
  return host;
}

HostCheck::HostCheck(std::string_view public_url, const std::vector<std::string>& listens, const std::vector<std::string>& hosts) {
  if (const auto url = model::parse_url(public_url)) names_.insert(canonical(std::string(model::bare_host(*url))));
  for (const auto& listen : listens) {
    names_.insert(canonical(listen));
    if (is_unspecified_or_loopback(listen)) names_.insert("localhost");
  }
  for (const auto& host : hosts)
    if (const auto parsed = parse_host(host)) names_.insert(parsed->name);
}

/// Nearly every request: a known name, written as it is kept.
bool HostCheck::is_known_literally(std::string_view host) const {
  const auto end = std::min(host.find(':'), host.size());
  return names_.contains(host.substr(0, end)) && (end == host.size() || is_port(host.substr(end + 1)));
}

model::Result<void> HostCheck::check(std::string_view host, std::string_view local_address) const {
  if (is_known_literally(host)) return {};
  const auto parsed = parse_host(host);
  if (!parsed) return model::fail(model::Code::kMalformedRequest, "read the request: Host is not a host name with an optional port");
  if (names_.contains(parsed->name) || canonical(std::string(local_address)) == parsed->name) return {};
  return model::fail(model::Code::kMisdirected,
                     "read the request: this host is not served here; add it to `hosts` or set `public_url` if it should be");
}

}  // namespace valetkey::http
