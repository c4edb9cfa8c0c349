#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <vector>

#include "commands/command_line.hpp"
#include "commands/doctor.hpp"
#include "commands/report.hpp"
#include "egress_policy.hpp"
#include "model/url.hpp"

namespace valetkey::commands {
namespace {

using model::Address;
using model::Result;

Result<std::vector<Address>> addresses_of(const std::string& host) {
  if (const auto literal = model::parse_address(host)) return std::vector{*literal};
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto found = resolver.resolve(host, "", error);
  if (error) return model::fail(model::Code::kProviderUnavailable, fmt::format("resolve {}: {}; calls to it fail", host, error.message()));
  std::vector<Address> addresses;
  for (const auto& entry : found) {
    const auto address = model::parse_address(entry.endpoint().address().to_string());
    if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
  }
  return addresses;
}

Result<model::AddressPolicy> policy_of(const Config& config) {
  auto settings = server_settings(config);
  if (!settings) return model::fail(std::move(settings.error()));
  std::vector listening{settings->listen};
  if (settings->listen_internal) listening.push_back(*settings->listen_internal);
  const auto url = config.public_url.empty() ? "http://" + http::server::to_text(settings->listen) : config.public_url;
  return egress_policy(config, listening, url);
}

}  // namespace

int doctor_egress(const Config& config, const std::string& text, const std::string& tenant) {
  const auto url = model::parse_url(text);
  if (!url) return misused(fmt::format("explain egress to {}: {}", model::clipped(text), url.error().detail));
  const auto policy = policy_of(config);
  if (!policy) return refused(policy.error());
  fmt::print("{}, as it would be dialled\n", model::to_string(*url));
  if (const auto named = policy->check_name(url->host, url->port); !named) {
    fmt::print("denied: {}{}\n", named.error().detail, named.error().log.text.empty() ? "" : fmt::format(" ({})", named.error().log.text));
    return kBadConfiguration;
  }
  const auto addresses = addresses_of(std::string(model::bare_host(*url)));
  if (!addresses) return refused(addresses.error());
  const model::TenantId id{tenant};
  bool is_allowed = true;
  for (const auto& address : *addresses) {
    fmt::print("{}\n", policy->explain(address, url->port, id));
    is_allowed = is_allowed && policy->check(address, url->port, id).has_value();
  }
  return is_allowed ? kOk : kBadConfiguration;
}

}  // namespace valetkey::commands
