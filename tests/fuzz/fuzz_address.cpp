// IP addresses, networks and the rules of the egress policy (S6).
#include "fuzz/property.hpp"
#include "model/address_policy.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;

model::Address mapped(const model::Address& v4) {
  model::Address out{.is_v4 = false, .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
  std::copy_n(v4.bytes.begin(), 4, out.bytes.begin() + 12);
  return out;
}

void check_address(std::string_view text) {
  const auto address = model::parse_address(text);
  if (!address) return;
  require(model::parse_address(model::to_string(*address)) == address, "an address that was written reads as the same address");
  require(model::parse_network(text).has_value(), "an address is a network of one");
  const model::AddressPolicy policy;
  require(policy.check(*address, 443, {}).has_value() == model::not_global(model::unmapped(*address)).empty(),
          "without rules, only global unicast");
  if (address->is_v4)
    require(policy.check(mapped(*address), 443, {}).has_value() == policy.check(*address, 443, {}).has_value(),
            "a mapped address is what it maps to");
}

void check_rule(std::string_view text, const model::Address& address) {
  const auto rule = model::parse_egress_rule(text);
  if (!rule) return;
  const auto written = model::to_string(*rule);
  const auto again = model::parse_egress_rule(written);
  require(again && model::to_string(*again) == written, "a rule that was written reads as the same rule");

  const model::AddressPolicy policy({.rules = {*rule}});
  const auto target = model::unmapped(address);
  const bool is_inside = rule->network.contains(target) && rule->port.value_or(443) == 443 && rule->tenant.empty();
  require(policy.check(address, 443, {}).has_value() == (is_inside || model::not_global(target).empty()),
          "a rule opens what it names and nothing else");
  const model::AddressPolicy own({.rules = {*rule}, .own = {{target, 443}}});
  require(!own.check(address, 443, {}), "no rule opens a listener of our own");
}

/// Line 1: a rule; line 2: an address.
void read_rule_and_address(std::string_view input) {
  const auto rule = valetkey::fuzz::take_line(input);
  check_address(rule);
  check_address(input);
  if (const auto network = model::parse_network(rule)) {
    const auto again = model::parse_network(model::to_string(*network));
    require(again && again->base == network->base && again->bits == network->bits, "a network that was written reads as the same network");
    require(network->contains(network->base), "a network holds its base");
  }
  check_rule(rule, model::parse_address(input).value_or(model::make_v4(127, 0, 0, 1)));
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_rule_and_address)
