#include "model/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace valetkey::model {
namespace {

unsigned width(const Address& address) { return address.is_v4 ? 32 : 128; }

bool bit(const Address& address, unsigned index) { return ((address.bytes[index / 8] >> (7 - index % 8)) & 1) != 0; }

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Address address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.is_v4 = true;
    // glibc takes leading zeros in an octet, and others read them as octal: only what prints the same is accepted
    return to_string(address) == text ? std::optional(address) : std::nullopt;
  }
  address.bytes = {};
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

Address make_v4(unsigned char a, unsigned char b, unsigned char c, unsigned char d) { return {.is_v4 = true, .bytes = {a, b, c, d}}; }

bool Network::contains(const Address& address) const {
  if (address.is_v4 != base.is_v4) return false;
  const unsigned whole = bits / 8;
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, address.bytes.begin())) return false;
  for (unsigned i = whole * 8; i < bits; ++i)
    if (bit(base, i) != bit(address, i)) return false;
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  Network network{.base = *base, .bits = width(*base)};
  if (slash == text.size()) return network;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), network.bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || network.bits > width(*base)) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  for (unsigned i = network.bits; i < width(*base); ++i)
    if (bit(*base, i)) return std::nullopt;
  return network;
}

std::string to_string(const Network& network) { return fmt::format("{}/{}", to_string(network.base), network.bits); }

Address unmapped(const Address& address) {
  static constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (address.is_v4 || !std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) return address;
  return make_v4(address.bytes[12], address.bytes[13], address.bytes[14], address.bytes[15]);
}

}  // namespace valetkey::model
