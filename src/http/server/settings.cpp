#include "http/server/settings.hpp"

#include <fmt/format.h>

#include <charconv>

#include "http/host_check.hpp"
#include "model/address.hpp"

namespace valetkey::http::server {
namespace {

std::unexpected<model::Error> refused(std::string detail) { return model::fail(model::Code::kInvalidInput, std::move(detail)); }

model::Result<void> check_plain(const ListenAddress& address, std::string_view setting) {
  if (is_loopback(address)) return {};
  return refused(
      fmt::format("{} {}: plain http beyond loopback would show keys and tokens to the network; set tls.certificate and tls.key, listen on "
                  "127.0.0.1 behind a proxy that speaks TLS, or set insecure = true",
                  setting, to_text(address)));
}

}  // namespace

model::Result<ListenAddress> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refused(fmt::format("listen {}: must be address:port, like 127.0.0.1:8420", text));
  ListenAddress address{.host = std::string(text.substr(0, colon))};
  const auto port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) return refused(fmt::format("listen {}: the port must be 0 to 65535", text));
  if (address.host.empty() || address.host == "*") address.host = "::";
  if (address.host == "localhost") address.host = "127.0.0.1";
  const bool in_brackets = address.host.starts_with('[') && address.host.ends_with(']');
  if (in_brackets) address.host = address.host.substr(1, address.host.size() - 2);
  const auto parsed = model::parse_address(address.host);
  if (!parsed || (in_brackets && parsed->is_v4))
    return refused(fmt::format("listen {}: must be an IP address and a port, like 127.0.0.1:8420 or [::1]:8420", text));
  address.host = model::to_string(*parsed);
  return address;
}

std::string to_text(const ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", address.host, address.port) : fmt::format("{}:{}", address.host, address.port);
}

bool is_loopback(const ListenAddress& address) { return address.host.starts_with("127.") || address.host == "::1"; }

model::Result<void> check_settings(const Settings& settings) {
  if (!settings.tls && !settings.insecure) {
    if (auto ok = check_plain(settings.listen, "listen"); !ok) return ok;
    if (settings.listen_internal)
      if (auto ok = check_plain(*settings.listen_internal, "listen_internal"); !ok) return ok;
  }
  for (const auto& network : settings.trusted_proxies)
    if (!model::parse_network(network)) return refused(fmt::format("trusted_proxies {}: must be a network like 10.0.0.0/8", network));
  for (const auto& host : settings.hosts)
    if (!parse_host(host)) return refused(fmt::format("allowed_hosts {}: must be a host name", host));
  return {};
}

}  // namespace valetkey::http::server
