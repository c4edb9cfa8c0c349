#include "model/address_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace valetkey::model {
namespace {

std::unexpected<Error> refuse(std::string_view text, std::string_view reason) {
  return fail(Code::kInvalidInput, fmt::format("read the egress rule '{}': {}; a rule is cidr:port[@tenant], for example 10.1.0.0/16:443, "
                                               "127.0.0.0/8:* or [fd00::/8]:8443@tenant",
                                               clipped(text), reason));
}

std::string with_port(const Address& address, std::uint16_t port) {
  return fmt::format(fmt::runtime(address.is_v4 ? "{}:{}" : "[{}]:{}"), to_string(address), port);
}

bool is_unspecified(const Address& address) { return address.bytes == Address{}.bytes; }

bool is_loopback(const Address& address) {
  static const Network kV4 = *parse_network("127.0.0.0/8");
  static const Address kV6 = *parse_address("::1");
  return kV4.contains(address) || address == kV6;
}

bool fits(const EgressRule& rule, const Address& address, std::uint16_t port, const TenantId& tenant) {
  return rule.network.contains(address) && (!rule.port || *rule.port == port) && (rule.tenant.empty() || rule.tenant == tenant);
}

std::unexpected<Error> denied(std::string reason) {
  return fail(Code::kEgressDenied, "the egress policy forbids the target; the operator can allow it with egress.allow",
              LogOnly{std::move(reason)});
}

}  // namespace

Result<EgressRule> parse_egress_rule(std::string_view text) {
  EgressRule rule;
  auto rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    rule.tenant = TenantId{std::string(rest.substr(at + 1))};
    rest = rest.substr(0, at);
    if (rule.tenant.empty()) return refuse(text, "the tenant behind @ is missing");
  }
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return refuse(text, "the port is missing");
  const auto port = rest.substr(colon + 1);
  auto cidr = rest.substr(0, colon);
  const bool in_brackets = cidr.size() > 2 && cidr.front() == '[' && cidr.back() == ']';
  if (in_brackets) cidr = cidr.substr(1, cidr.size() - 2);
  const auto network = parse_network(cidr);
  if (!network || network->base.is_v4 == in_brackets)
    return refuse(text, "the network must be an address with a prefix length and no bits set behind it, an IPv6 one in brackets");
  rule.network = *network;
  if (port == "*") return rule;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || end != port.data() + port.size() || number == 0) return refuse(text, "the port must be 1 to 65535 or *");
  rule.port = number;
  return rule;
}

std::string to_string(const EgressRule& rule) {
  const auto network = to_string(rule.network);
  return fmt::format("{}:{}{}{}", rule.network.base.is_v4 ? network : fmt::format("[{}]", network),
                     rule.port ? fmt::to_string(*rule.port) : "*", rule.tenant.empty() ? "" : "@", rule.tenant.str());
}

Result<void> AddressPolicy::check(const Address& address, std::uint16_t port, const TenantId& tenant) const {
  auto verdict = judge(address, port, tenant);
  if (verdict.is_allowed) return {};
  return denied(fmt::format("{}: {}", with_port(address, port), verdict.reason));
}

Result<void> AddressPolicy::check_name(std::string_view host, std::uint16_t port) const {
  const auto own = std::ranges::any_of(settings_.own_names, [&](const auto& name) { return name.first == host && name.second == port; });
  if (own) return denied(fmt::format("{}:{}: a public URL of this broker", host, port));
  return {};
}

std::string AddressPolicy::explain(const Address& address, std::uint16_t port, const TenantId& tenant) const {
  const auto verdict = judge(address, port, tenant);
  return fmt::format("{}: {}: {}", with_port(address, port), verdict.is_allowed ? "allowed" : "denied", verdict.reason);
}

AddressPolicy::Verdict AddressPolicy::judge(const Address& connected, std::uint16_t port, const TenantId& tenant) const {
  const auto address = unmapped(connected);
  if (is_own(address, port)) return {.is_allowed = false, .reason = "a listener of this broker, which no rule can allow"};
  for (const auto& rule : settings_.rules)
    if (fits(rule, address, port, tenant)) return {.is_allowed = true, .reason = fmt::format("egress.allow has {}", to_string(rule))};
  const auto reason = not_global(address);
  if (reason.empty()) return {.is_allowed = true, .reason = "global unicast"};
  const EgressRule remedy{.network = {.base = address, .bits = address.is_v4 ? 32U : 128U}, .port = port, .tenant = tenant};
  return {.is_allowed = false, .reason = fmt::format("{}; egress.allow = [\"{}\"] would allow it", reason, to_string(remedy))};
}

bool AddressPolicy::is_own(const Address& address, std::uint16_t port) const {
  return std::ranges::any_of(settings_.own, [&](const OwnListener& own) {
    if (own.port != port) return false;
    if (own.address == address) return true;
    // a connection to 0.0.0.0 or :: arrives at loopback
    const bool at_loopback = is_loopback(address) || is_unspecified(address);
    return at_loopback && (is_unspecified(own.address) || (is_unspecified(address) && is_loopback(own.address)));
  });
}

}  // namespace valetkey::model
