#include "egress_policy.hpp"

#include "adapters/system/interfaces.hpp"
#include "model/url.hpp"

namespace valetkey {

using model::fail;
using model::Result;

Result<http::server::Settings> server_settings(const Config& config) {
  http::server::Settings settings;
  auto listen = http::server::parse_listen(config.listen);
  if (!listen) return fail(std::move(listen.error()));
  settings.listen = *listen;
  if (!config.listen_internal.empty()) {
    auto internal = http::server::parse_listen(config.listen_internal);
    if (!internal) return fail(model::in_context(std::move(internal.error()), "listen_internal"));
    settings.listen_internal = *internal;
  }
  if (!config.tls_certificate.empty()) settings.tls = http::server::TlsFiles{config.tls_certificate, config.tls_key};
  settings.insecure = config.insecure;
  settings.public_url = config.public_url;
  settings.hosts = config.allowed_hosts;
  settings.trusted_proxies = config.trusted_proxies;
  settings.limits.stream_idle_for = config.proxy_idle_timeout;
  return settings;
}

Result<model::AddressPolicy> egress_policy(const Config& config, std::span<const http::server::ListenAddress> listening,
                                           const std::string& url) {
  model::AddressPolicy::Settings policy;
  for (const auto& text : config.egress_allow) {
    auto rule = model::parse_egress_rule(text);
    if (!rule) return fail(model::in_context(std::move(rule.error()), "egress.allow"));
    policy.rules.push_back(std::move(*rule));
  }
  const auto interfaces = adapters::system::interface_addresses();
  for (const auto& listen : listening) {
    if (const auto address = model::parse_address(listen.host)) policy.own.push_back({*address, listen.port});
    for (const auto& address : interfaces) policy.own.push_back({address, listen.port});
  }
  if (const auto parsed = model::parse_url(url)) policy.own_names.emplace_back(parsed->host, parsed->port);
  return model::AddressPolicy(std::move(policy));
}

}  // namespace valetkey
