#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "commands/command_line.hpp"
#include "commands/doctor_checks.hpp"
#include "egress_policy.hpp"
#include "http/server/acceptor.hpp"
#include "model/url.hpp"
#include "serve_lock.hpp"

namespace valetkey::commands {
namespace {

void check_listener(const char* setting, const http::server::ListenAddress& address, bool is_served, Findings& findings) {
  boost::asio::io_context context;
  const auto text = http::server::to_text(address);
  if (const auto bound = http::server::make_acceptor(context, address)) findings.ok(setting, fmt::format("{} is free", text));
  else if (is_served) findings.ok(setting, fmt::format("{} is in use while a server runs on this data_dir", text));
  else
    findings.problem(setting, bound.error().detail, fmt::format("end what uses it, or set {} to another address", setting),
                     kBadConfiguration);
}

bool is_everywhere(const http::server::ListenAddress& address) { return address.host == "::" || address.host == "0.0.0.0"; }

}  // namespace

void check_listeners(const Config& config, Findings& findings) {
  const auto settings = server_settings(config);
  if (!settings) return findings.problem("listen", settings.error().detail, "set listen", kBadConfiguration);
  const bool is_served = ServeLock::is_taken(config.data_dir);
  check_listener("listen", settings->listen, is_served, findings);
  if (settings->listen_internal) check_listener("listen_internal", *settings->listen_internal, is_served, findings);
  if (config.insecure)
    findings.warning("insecure", "API keys and tokens may cross the network in clear",
                     "set tls.certificate and tls.key, or listen on loopback");
}

void check_public_url(const Config& config, Findings& findings) {
  if (config.public_url.empty()) {
    const auto listen = http::server::parse_listen(config.listen);
    if (listen && is_everywhere(*listen))
      findings.warning("public_url", "it is not set, and the address listened on is no name that a browser or a provider can use",
                       "set public_url to the https URL under which the broker is reached");
    else findings.ok("public_url", "it is not set: the address listened on");
    return;
  }
  const auto url = model::parse_url(config.public_url);
  if (!url) return findings.problem("public_url", url.error().detail, "set public_url", kBadConfiguration);
  if (url->scheme == "https" || model::is_loopback(*url)) return findings.ok("public_url", config.public_url);
  findings.warning(
      "public_url",
      fmt::format("{} is plain http: providers refuse such a redirect URI, and codes cross the network in clear", config.public_url),
      "put TLS before it and set an https URL");
}

void check_egress(const Config& config, Findings& findings) {
  if (config.egress_allow.empty()) findings.ok("egress", "calls go to global addresses alone");
  for (const auto& text : config.egress_allow) {
    const auto rule = model::parse_egress_rule(text);
    if (!rule) findings.problem("egress", rule.error().detail, "change egress.allow", kBadConfiguration);
    else if (rule->network.bits == 0)
      findings.warning("egress", fmt::format("{} allows every address, metadata services too", text), "name the networks that are meant");
    else findings.ok("egress", fmt::format("calls may also go to {}", text));
  }
  if (!config.ca_file.empty() && ::access(config.ca_file.c_str(), R_OK) != 0)
    findings.problem("ca_file", fmt::format("{} cannot be read", config.ca_file), "set ca_file to a readable PEM file", kBadConfiguration);
}

}  // namespace valetkey::commands
