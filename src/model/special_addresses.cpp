// The IANA special-purpose address registries (RFC 6890), IPv4 and IPv6, and the metadata addresses of clouds that are outside
// of them. Entries inside 192.0.0.0/24 and 2001::/23 that the registries call global serve no API and stay denied.
#include <algorithm>
#include <vector>

#include "model/address_policy.hpp"

namespace valetkey::model {
namespace {

struct Special {
  Network network;
  std::string_view reason;
};

Special special(std::string_view network, std::string_view reason) { return {.network = *parse_network(network), .reason = reason}; }

/// Narrow before wide, so that the nearest reason is told.
const std::vector<Special>& v4() {
  static const std::vector<Special> kTable{
      special("169.254.169.254/32", "cloud metadata"),
      special("168.63.129.16/32", "cloud metadata of Azure"),
      special("100.100.100.200/32", "cloud metadata of Alibaba"),
      special("192.0.0.192/32", "cloud metadata of Oracle"),
      special("0.0.0.0/8", "this network (RFC 791)"),
      special("10.0.0.0/8", "private use (RFC 1918)"),
      special("100.64.0.0/10", "shared address space (RFC 6598)"),
      special("127.0.0.0/8", "loopback (RFC 1122)"),
      special("169.254.0.0/16", "link local (RFC 3927)"),
      special("172.16.0.0/12", "private use (RFC 1918)"),
      special("192.0.0.0/24", "protocol assignments (RFC 6890)"),
      special("192.0.2.0/24", "documentation (RFC 5737)"),
      special("192.88.99.0/24", "6to4 relay anycast, deprecated (RFC 7526)"),
      special("192.168.0.0/16", "private use (RFC 1918)"),
      special("198.18.0.0/15", "benchmarking (RFC 2544)"),
      special("198.51.100.0/24", "documentation (RFC 5737)"),
      special("203.0.113.0/24", "documentation (RFC 5737)"),
      special("224.0.0.0/4", "multicast (RFC 1112)"),
      special("255.255.255.255/32", "limited broadcast (RFC 919)"),
      special("240.0.0.0/4", "reserved (RFC 1112)"),
  };
  return kTable;
}

const std::vector<Special>& v6() {
  static const std::vector<Special> kTable{
      special("fd00:ec2::254/128", "cloud metadata of AWS"),
      special("::/128", "unspecified (RFC 4291)"),
      special("::1/128", "loopback (RFC 4291)"),
      special("64:ff9b:1::/48", "local-use translation (RFC 8215)"),
      special("100::/64", "discard only (RFC 6666)"),
      special("2001::/32", "Teredo (RFC 4380)"),
      special("2001::/23", "protocol assignments (RFC 2928)"),
      special("2001:db8::/32", "documentation (RFC 3849)"),
      special("3fff::/20", "documentation (RFC 9637)"),
      special("5f00::/16", "segment routing (RFC 9602)"),
      special("fc00::/7", "unique local (RFC 4193)"),
      special("fe80::/10", "link local (RFC 4291)"),
      special("fec0::/10", "site local, deprecated (RFC 3879)"),
      special("ff00::/8", "multicast (RFC 4291)"),
  };
  return kTable;
}

std::string_view reason_in(const std::vector<Special>& table, const Address& address) {
  const auto found = std::ranges::find_if(table, [&](const Special& entry) { return entry.network.contains(address); });
  return found == table.end() ? std::string_view{} : found->reason;
}

/// An IPv6 network whose addresses carry an IPv4 address behind `offset` bytes.
struct Tunnel {
  Network network;
  std::size_t offset;
};

const std::vector<Tunnel>& tunnels() {
  static const std::vector<Tunnel> kTable{
      {.network = *parse_network("::ffff:0:0/96"), .offset = 12},  // mapped, RFC 4291
      {.network = *parse_network("64:ff9b::/96"), .offset = 12},   // NAT64, RFC 6052
      {.network = *parse_network("2002::/16"), .offset = 2},       // 6to4, RFC 3056
  };
  return kTable;
}

}  // namespace

std::string_view not_global(const Address& address) {
  if (address.is_v4) return reason_in(v4(), address);
  for (const auto& [network, offset] : tunnels()) {
    if (!network.contains(address)) continue;
    const auto* inner = address.bytes.data() + offset;
    return not_global(make_v4(inner[0], inner[1], inner[2], inner[3]));
  }
  if (const auto reason = reason_in(v6(), address); !reason.empty()) return reason;
  static const Network kGlobalUnicast = *parse_network("2000::/3");
  // what is left, IPv4-compatible ::/96 included, is not handed out to anybody
  return kGlobalUnicast.contains(address) ? std::string_view{} : "not global unicast (RFC 4291)";
}

}  // namespace valetkey::model
