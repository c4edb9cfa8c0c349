#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace valetkey::model {

/// An IP address as bytes in network order; of an IPv4 address the first four count, the others are zero.
struct Address {
  bool is_v4 = false;
  std::array<unsigned char, 16> bytes{};

  friend bool operator==(const Address&, const Address&) = default;
};

/// Strict: four decimal octets without leading zeros, or RFC 4291 2.2 text without brackets and zone. nullopt for anything else.
std::optional<Address> parse_address(std::string_view text);
/// IPv6 in RFC 5952 form, without brackets.
std::string to_string(const Address& address);

Address make_v4(unsigned char a, unsigned char b, unsigned char c, unsigned char d);

/// All addresses whose first `bits` bits are those of `base`.
struct Network {
  Address base;
  unsigned bits = 0;

  [[nodiscard]] bool contains(const Address& address) const;
};

/// `address/bits`, or an address alone for the one address. nullopt for anything else, and when bits behind the prefix are set.
std::optional<Network> parse_network(std::string_view text);
std::string to_string(const Network& network);

/// The IPv4 address that `::ffff:0:0/96` maps to is reached on the wire as itself; any other address is returned as it is.
Address unmapped(const Address& address);

}  // namespace valetkey::model
