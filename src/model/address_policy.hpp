#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.hpp"
#include "model/error.hpp"
#include "model/id.hpp"

namespace valetkey::model {

/// An exception of the egress policy (S6).
struct EgressRule {
  Network network;
  std::optional<std::uint16_t> port;  ///< nullopt: any
  TenantId tenant;                    ///< empty: any
};

/// `cidr:port[@tenant]`; the port may be `*`, an IPv6 network stands in brackets: `[fd00::/8]:443`. kInvalidInput says what is wrong.
Result<EgressRule> parse_egress_rule(std::string_view text);
std::string to_string(const EgressRule& rule);

/// Where this process can be reached itself. An unspecified address (0.0.0.0, ::) covers loopback; the wiring adds the addresses
/// of the interfaces.
struct OwnListener {
  Address address;
  std::uint16_t port = 0;
};

/// Why an address is not global unicast, with the RFC; empty: it is. Tunnelled forms of an IPv4 address (mapped, compatible, 6to4,
/// NAT64) are what their IPv4 address is, Teredo is never global.
std::string_view not_global(const Address& address);

/// The one egress policy of every outbound call (S6): global unicast, and what a rule allows, but never ourselves. Immutable.
class AddressPolicy {
 public:
  struct Settings {
    std::vector<EgressRule> rules;
    std::vector<OwnListener> own;
    /// `host:port` of our public URLs, as Url::host and Url::port are.
    std::vector<std::pair<std::string, std::uint16_t>> own_names;
  };

  AddressPolicy() = default;
  explicit AddressPolicy(Settings settings) : settings_(std::move(settings)) {}

  /// For the address that is connected to, before any packet. kEgressDenied; the reason is for the log only, since it tells what a
  /// name resolves to inside.
  [[nodiscard]] Result<void> check(const Address& address, std::uint16_t port, const TenantId& tenant) const;
  /// For the host of a URL before it is resolved: refuses our own public URLs.
  [[nodiscard]] Result<void> check_name(std::string_view host, std::uint16_t port) const;
  /// The same decision in words, for the operator.
  [[nodiscard]] std::string explain(const Address& address, std::uint16_t port, const TenantId& tenant) const;

 private:
  struct Verdict {
    bool is_allowed;
    std::string reason;
  };
  [[nodiscard]] Verdict judge(const Address& address, std::uint16_t port, const TenantId& tenant) const;
  [[nodiscard]] bool is_own(const Address& address, std::uint16_t port) const;

  Settings settings_;
};

}  // namespace valetkey::model
