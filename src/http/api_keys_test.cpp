#include "http/api_keys.hpp"

#include <gtest/gtest.h>

#include "support/api_rig.hpp"

namespace valetkey::http {
namespace {

using namespace std::chrono_literals;
using model::KeyRole;

const model::TenantId kTenant{"ten_a"};
const auto kNoon = model::WallTime{std::chrono::sys_days{std::chrono::January / 1 / 2026} + 12h};

Caller maker() { return {.tenant = kTenant, .scopes = {Scope::kKeysWrite, Scope::kTokensRead}}; }
KeySpec wanted() { return {.tenant = kTenant, .scopes = {Scope::kTokensRead}}; }

/// The pointers of what is too much; `ok`, or the code without pointers.
std::string excess(const Caller& caller, const KeySpec& spec) {
  const auto checked = check_within(caller, spec);
  if (checked) return "ok";
  std::string pointers;
  for (const auto& field : checked.error().fields) pointers += field.pointer;
  return pointers.empty() ? std::string(model::facts(checked.error().code).code) : pointers;
}

TEST(ApiKeys, security_s17_scopes_are_within_the_makers) {
  auto spec = wanted();
  EXPECT_EQ(excess(maker(), spec), "ok");
  spec.scopes = {Scope::kKeysWrite, Scope::kTokensRead};
  EXPECT_EQ(excess(maker(), spec), "ok");
  spec.scopes.add(Scope::kSecretsExport);
  EXPECT_EQ(excess(maker(), spec), "/scopes");
}

TEST(ApiKeys, security_s17_limits_are_within_the_makers) {
  for (const bool of_credentials : {true, false}) {
    const auto limit = [&](model::KeyLimits& limits) -> auto& { return of_credentials ? limits.credentials : limits.connections; };
    const std::string pointer = of_credentials ? "/limits/credentials" : "/limits/connections";
    auto limited = maker();
    auto spec = wanted();
    limit(spec.limits) = {"x_1"};
    EXPECT_EQ(excess(limited, spec), "ok");
    limit(limited.limits) = {"x_1", "x_2"};
    EXPECT_EQ(excess(limited, spec), "ok");
    limit(spec.limits) = {"x_1", "x_3"};
    EXPECT_EQ(excess(limited, spec), pointer);
    limit(spec.limits) = {};  // would be everything
    EXPECT_EQ(excess(limited, spec), pointer);
  }
}

TEST(ApiKeys, security_s17_expiry_is_within_the_makers) {
  auto limited = maker();
  auto spec = wanted();
  spec.expires_at = kNoon;
  EXPECT_EQ(excess(limited, spec), "ok");
  limited.expires_at = kNoon;
  EXPECT_EQ(excess(limited, spec), "ok");
  spec.expires_at = kNoon + 1ms;
  EXPECT_EQ(excess(limited, spec), "/expires_at");
  spec.expires_at.reset();
  EXPECT_EQ(excess(limited, spec), "/expires_at");
}

TEST(ApiKeys, security_s17_a_key_makes_keys_of_its_own_kind_and_tenant) {
  auto spec = wanted();
  spec.tenant = model::TenantId{"ten_b"};
  EXPECT_EQ(excess(maker(), spec), "forbidden");
  EXPECT_EQ(excess(maker(), {.role = KeyRole::kInstallation}), "forbidden");
  EXPECT_EQ(excess(maker(), {.tenant = kTenant, .role = KeyRole::kBootstrap}), "forbidden");
  const Caller installation{.role = KeyRole::kInstallation};
  EXPECT_EQ(excess(installation, spec), "ok");
  EXPECT_EQ(excess(installation, {.role = KeyRole::kInstallation}), "ok");
  EXPECT_EQ(excess(installation, {.tenant = kTenant, .role = KeyRole::kBootstrap}), "forbidden");
}

TEST(ApiKeys, security_s18_the_bootstrap_key_makes_keys_that_outlive_it) {
  const Caller bootstrap{.tenant = kTenant, .role = KeyRole::kBootstrap, .scopes = ScopeSet::all(), .expires_at = kNoon};
  EXPECT_EQ(excess(bootstrap, {.tenant = kTenant, .scopes = ScopeSet::all()}), "ok");
  EXPECT_EQ(excess(bootstrap, {.role = KeyRole::kInstallation}), "ok");
  EXPECT_EQ(excess(bootstrap, {.tenant = model::TenantId{"ten_b"}}), "forbidden");
}

TEST(ApiKeys, security_s17_limits_hide_the_rest) {
  const model::CredentialId a{"cred_a"}, b{"cred_b"};
  const model::ConnectionId one{"conn_1"}, two{"conn_2"};
  const Caller free = maker();
  EXPECT_TRUE(permits(free, a));
  EXPECT_TRUE(permits(free, one, a));
  auto by_credential = maker();
  by_credential.limits.credentials = {"cred_a"};
  EXPECT_TRUE(permits(by_credential, a));
  EXPECT_FALSE(permits(by_credential, b));
  EXPECT_TRUE(permits(by_credential, one, a));
  EXPECT_FALSE(permits(by_credential, one, b));
  auto by_connection = maker();
  by_connection.limits.connections = {"conn_1"};
  EXPECT_FALSE(permits(by_connection, a));
  EXPECT_TRUE(permits(by_connection, one, a));
  EXPECT_FALSE(permits(by_connection, two, a));
  by_connection.limits.credentials = {"cred_b"};
  EXPECT_FALSE(permits(by_connection, one, a));
}

TEST(ApiKeys, scopes_are_a_closed_list) {
  EXPECT_EQ(ScopeSet::all().names().size(), kScopeCount);
  for (const auto& name : ScopeSet::all().names()) EXPECT_EQ(to_string(*parse_scope(name)), name);
  EXPECT_EQ(ScopeSet::of(ScopeSet::all().names()), ScopeSet::all());
  for (const auto* wrong : {"", "tokens", "tokens:write", "TOKENS:READ", "keys:read", "*"}) EXPECT_FALSE(parse_scope(wrong)) << wrong;
}

}  // namespace
}  // namespace valetkey::http
