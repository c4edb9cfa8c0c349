#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "contract/sample_records.hpp"

namespace valetkey::test {
namespace {

using model::EndpointSet;
using Change = std::function<void(EndpointSet&)>;

TEST(EndpointSetHash, security_s01_every_member_that_receives_or_guides_a_secret_is_in_the_hash) {
  const std::vector<std::pair<const char*, Change>> changes = {
      {"client_id", [](EndpointSet& set) { set.client_id = "other"; }},
      {"authorization_url", [](EndpointSet& set) { set.authorization_url += "/x"; }},
      {"token_url", [](EndpointSet& set) { set.token_url = "https://evil.example/token"; }},
      {"refresh_url", [](EndpointSet& set) { set.refresh_url = "https://evil.example/token"; }},
      {"revocation_url", [](EndpointSet& set) { set.revocation_url.clear(); }},
      {"introspection_url", [](EndpointSet& set) { set.introspection_url += "/"; }},
      {"userinfo_url", [](EndpointSet& set) { set.userinfo_url += "?a"; }},
      {"base_uri", [](EndpointSet& set) { set.sealed_base_uri = "https://evil.example"; }},
      {"base_uri that was never narrowed",
       [](EndpointSet& set) {
         set.sealed_base_uri.clear();
         set.base_uri = "https://evil2.example";
       }},
      {"issuer", [](EndpointSet& set) { set.issuer = "https://evil.example"; }},
      {"redirect_uri", [](EndpointSet& set) { set.redirect_uri = "https://evil.example/cb"; }},
      {"client_authentication", [](EndpointSet& set) { set.client_authentication = model::ClientAuthentication::kPost; }},
      {"proxy header value", [](EndpointSet& set) { set.proxy_headers[0].second = "x"; }},
      {"proxy header name", [](EndpointSet& set) { set.proxy_headers[0].first = "X"; }},
      {"proxy header added", [](EndpointSet& set) { set.proxy_headers.emplace_back("X", "y"); }},
      {"proxy query parameter", [](EndpointSet& set) { set.proxy_query[0].second = "x"; }},
      {"proxy query parameter added", [](EndpointSet& set) { set.proxy_query.emplace_back("x", "y"); }},
      {"proxy query parameters taken away", [](EndpointSet& set) { set.proxy_query.clear(); }},
      {"look-up's URL", [](EndpointSet& set) { set.lookups[0].second = "https://evil.example/sites"; }},
      {"look-up's name", [](EndpointSet& set) { set.lookups[0].first = "x"; }},
      {"look-up added", [](EndpointSet& set) { set.lookups.emplace_back("x", "https://evil.example"); }},
      {"look-up taken away", [](EndpointSet& set) { set.lookups.clear(); }},
      {"look-up for a query parameter", [](EndpointSet& set) { std::swap(set.lookups, set.proxy_query); }},
      {"placeholder value", [](EndpointSet& set) { set.placeholders["subdomain"] = "evil"; }},
      {"placeholder added", [](EndpointSet& set) { set.placeholders["x"] = ""; }},
      {"who fills a placeholder of a host", [](EndpointSet& set) { set.host_rules["subdomain"] = "end_user"; }},
      {"config service", [](EndpointSet& set) { set.config_services["token_validation"] = "preset/acme@2"; }},
      {"placeholder and service swapped", [](EndpointSet& set) { std::swap(set.placeholders, set.config_services); }},
      {"urls swapped", [](EndpointSet& set) { std::swap(set.token_url, set.refresh_url); }},
      {"text moved over the border of two members",
       [](EndpointSet& set) {
         set.token_url.push_back(set.refresh_url.front());
         set.refresh_url.erase(0, 1);
       }},
      {"text moved over the border of a name and its value",
       [](EndpointSet& set) { set.proxy_headers[0] = {"X-Token{", "access_token}"}; }},
  };
  std::set<std::string> seen{sample<EndpointSet>().hash()};
  for (const auto& [name, change] : changes) {
    auto set = sample<EndpointSet>();
    change(set);
    EXPECT_TRUE(seen.insert(set.hash()).second) << name;
  }
}

TEST(EndpointSetHash, security_s01_what_is_kept_under_the_set_is_not_in_the_hash) {
  const auto hash = sample<EndpointSet>().hash();
  auto set = sample<EndpointSet>();
  set.secrets.clear();
  set.base_uri += "/narrower";  // S1 exempts it: sealed_base_uri stays
  set.has_older_connections = false;
  set.number = 99;
  set.revision = 99;
  set.created_at = {};
  set.tenant = model::TenantId{"ten_b"};
  set.credential = model::CredentialId{"cred_2"};
  EXPECT_EQ(set.hash(), hash) << "tenant and credential are in the associated data themselves";
}

/// Secrets and grants are sealed to it: another value makes every stored one unreadable.
TEST(EndpointSetHash, never_changes_for_the_same_set) {
  auto of_first_version = sample<EndpointSet>();
  of_first_version.proxy_query.clear();  // members that came later
  of_first_version.lookups.clear();
  EXPECT_EQ(of_first_version.hash(), "92b9edd8286883d6c0ef2506daf2b9aa460c2e9c8133fe92ad4dedf528f3c32a");
  EXPECT_EQ(EndpointSet{}.hash(), "4621a8c6565c423fa910eea51da50cc264155a34e6fa764bb2fb9c20b63da793");
}

}  // namespace
}  // namespace valetkey::test
