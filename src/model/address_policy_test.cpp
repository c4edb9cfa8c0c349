#include "model/address_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

using testing::HasSubstr;

Address at(std::string_view text) {
  const auto address = parse_address(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(Address{});
}

AddressPolicy allowing(std::initializer_list<std::string_view> rules) {
  AddressPolicy::Settings settings;
  for (const auto rule : rules) settings.rules.push_back(parse_egress_rule(rule).value());
  return AddressPolicy{std::move(settings)};
}

struct Range {
  std::string_view before, first, last, after;  ///< `before` and `after` may be empty where the neighbour is denied as well
};

void expect_denied_inside_only(std::span<const Range> ranges) {
  const AddressPolicy policy;
  for (const auto& [before, first, last, after] : ranges) {
    EXPECT_FALSE(policy.check(at(first), 443, {})) << first;
    EXPECT_FALSE(policy.check(at(last), 443, {})) << last;
    if (!before.empty()) EXPECT_TRUE(policy.check(at(before), 443, {})) << before;
    if (!after.empty()) EXPECT_TRUE(policy.check(at(after), 443, {})) << after;
  }
}

TEST(AddressPolicy, security_s06_special_purpose_v4) {
  constexpr Range kRanges[] = {
      {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
      {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
      {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
      {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
      {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
      {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
      {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
      {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
      {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
      {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
      {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
      {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
      {"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
      {"", "240.0.0.0", "255.255.255.255", ""},
  };
  expect_denied_inside_only(kRanges);
}

TEST(AddressPolicy, security_s06_special_purpose_v6) {
  constexpr Range kRanges[] = {
      {"", "::", "::1", ""},
      {"", "::2", "::fffe:ffff:ffff", ""},
      {"", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""},
      {"", "100::", "100::ffff:ffff:ffff:ffff", ""},
      {"", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
      {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
      {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
      {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
      {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "4000::", ""},
      {"", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
      {"", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
      {"", "fd00:ec2::254", "fd00:ec2::254", ""},
      {"", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
      {"", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
      {"", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
  };
  expect_denied_inside_only(kRanges);
}

TEST(AddressPolicy, security_s06_tunnelled_forms_are_what_they_carry) {
  const AddressPolicy policy;
  const std::string_view denied[] = {"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1",
                                     "64:ff9b::169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:a00:1::",
                                     // compatible, Teredo and local-use NAT64 whatever they carry
                                     "::127.0.0.1", "::8.8.8.8", "2001::8.8.8.8", "2001:0:808:808::", "64:ff9b:1::8.8.8.8",
                                     // SIIT, RFC 7915
                                     "::ffff:0:127.0.0.1"};
  for (const auto text : denied) EXPECT_EQ(policy.check(at(text), 443, {}).error().code, Code::kEgressDenied) << text;
  for (const auto* text : {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) EXPECT_TRUE(policy.check(at(text), 443, {})) << text;
}

TEST(AddressPolicy, security_s06_metadata_is_named) {
  for (const auto* text : {"169.254.169.254", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"})
    EXPECT_THAT(AddressPolicy{}.explain(at(text), 80, {}), HasSubstr("cloud metadata")) << text;
}

TEST(AddressPolicy, security_s06_an_exception_is_as_wide_as_it_says) {
  const auto policy = allowing({"10.1.0.0/16:443", "127.0.0.0/8:*@ten_a", "[fd00:1::/32]:8443"});
  EXPECT_TRUE(policy.check(at("10.1.0.0"), 443, {}));
  EXPECT_TRUE(policy.check(at("10.1.255.255"), 443, TenantId{"ten_x"}));
  EXPECT_TRUE(policy.check(at("::ffff:10.1.2.3"), 443, {}));
  EXPECT_FALSE(policy.check(at("10.1.0.0"), 444, {}));
  EXPECT_FALSE(policy.check(at("10.0.255.255"), 443, {}));
  EXPECT_FALSE(policy.check(at("10.2.0.0"), 443, {}));
  EXPECT_TRUE(policy.check(at("127.0.0.1"), 1, TenantId{"ten_a"}));
  EXPECT_FALSE(policy.check(at("127.0.0.1"), 1, TenantId{"ten_b"}));
  EXPECT_FALSE(policy.check(at("127.0.0.1"), 1, {}));
  EXPECT_FALSE(policy.check(at("::1"), 1, TenantId{"ten_a"}));
  EXPECT_FALSE(policy.check(at("64:ff9b::10.1.0.1"), 443, {}));
  EXPECT_TRUE(policy.check(at("fd00:1::5"), 8443, {}));
  EXPECT_FALSE(policy.check(at("fd00:2::5"), 8443, {}));
}

TEST(AddressPolicy, security_s06_no_exception_reaches_our_own_listeners) {
  AddressPolicy::Settings settings{.rules = {parse_egress_rule("0.0.0.0/0:*").value(), parse_egress_rule("[::/0]:*").value()},
                                   .own = {{at("127.0.0.1"), 8420}, {at("0.0.0.0"), 9000}, {at("192.0.2.7"), 9000}},
                                   .own_names = {{"broker.example", 443}}};
  const AddressPolicy policy{std::move(settings)};
  for (const auto* text : {"127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"}) EXPECT_FALSE(policy.check(at(text), 8420, {})) << text;
  EXPECT_TRUE(policy.check(at("127.0.0.2"), 8420, {}));
  EXPECT_TRUE(policy.check(at("127.0.0.1"), 8421, {}));
  for (const auto* text : {"127.0.0.1", "127.9.9.9", "::1", "192.0.2.7"}) EXPECT_FALSE(policy.check(at(text), 9000, {})) << text;
  EXPECT_FALSE(policy.check_name("broker.example", 443));
  EXPECT_TRUE(policy.check_name("broker.example", 444));
  EXPECT_TRUE(policy.check_name("other.example", 443));
}

TEST(AddressPolicy, the_refusal_tells_the_log_what_it_hides_from_the_caller) {
  const auto error = AddressPolicy{}.check(at("10.1.2.3"), 443, {}).error();
  EXPECT_EQ(error.detail.find("10.1.2.3"), std::string::npos);
  EXPECT_THAT(error.log.text, HasSubstr("10.1.2.3:443: private use (RFC 1918)"));
}

TEST(AddressPolicy, explains_with_the_remedy) {
  const auto policy = allowing({"127.0.0.0/8:*"});
  EXPECT_EQ(policy.explain(at("8.8.8.8"), 443, {}), "8.8.8.8:443: allowed: global unicast");
  EXPECT_EQ(policy.explain(at("127.0.0.1"), 80, {}), "127.0.0.1:80: allowed: egress.allow has 127.0.0.0/8:*");
  EXPECT_EQ(policy.explain(at("fd00::1"), 80, TenantId{"ten_a"}),
            "[fd00::1]:80: denied: unique local (RFC 4193); egress.allow = [\"[fd00::1/128]:80@ten_a\"] would allow it");
}

TEST(EgressRule, reads_and_prints) {
  for (const auto* text : {"10.1.0.0/16:443", "127.0.0.0/8:*", "[fd00::/8]:8443@ten_a", "10.0.0.1/32:1", "0.0.0.0/0:65535", "[::/0]:*"})
    EXPECT_EQ(to_string(parse_egress_rule(text).value()), text);
  EXPECT_EQ(to_string(parse_egress_rule("10.0.0.1:443").value()), "10.0.0.1/32:443");
  EXPECT_EQ(to_string(parse_egress_rule("[::1]:443").value()), "[::1/128]:443");
}

TEST(EgressRule, refuses_with_the_form) {
  for (const auto* text : {"", "10.0.0.0/8", "10.0.0.0/8:", "10.0.0.0/8:0", "10.0.0.0/8:65536", "10.0.0.0/8:x", "10.0.0.0/8:443 ",
                           "10.0.0.0/33:443", "10.0.0.1/8:443", "10.0.0.0/08:443", "10.0.0.0/:443", "10.0.0.0/8:443@", "fd00::/8:443",
                           "[10.0.0.0/8]:443", "[fd00::/129]:443", "example.com:443", "[]:443", "*:443", "010.0.0.0/8:443"}) {
    const auto rule = parse_egress_rule(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_THAT(rule.error().detail, HasSubstr("cidr:port[@tenant]"));
  }
}

TEST(Address, reads_strictly) {
  for (const auto* text : {"", "1.2.3", "01.2.3.4", "1.2.3.4.5", "256.1.1.1", "::g", "fe80::1%lo", "[::1]", "1.2.3.4 "})
    EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0x", 9)));
  EXPECT_EQ(to_string(at("2001:DB8:0:0:1:0:0:1")), "2001:db8::1:0:0:1");
}

TEST(Network, compares_bits) {
  const auto network = parse_network("10.128.0.0/9").value();
  EXPECT_TRUE(network.contains(at("10.128.0.0")));
  EXPECT_TRUE(network.contains(at("10.255.255.255")));
  EXPECT_FALSE(network.contains(at("10.127.255.255")));
  EXPECT_FALSE(network.contains(at("::")));
  EXPECT_TRUE(parse_network("::/0").value().contains(at("ffff::")));
}

}  // namespace
}  // namespace valetkey::model
