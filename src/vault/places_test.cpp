#include "vault/places.hpp"

#include <gtest/gtest.h>

#include <set>

namespace valetkey::vault {
namespace {

std::string whole(const Place& place) {
  return std::string(place.label) + "|" + place.tenant.str() + "|" + place.record + "|" + place.revision;
}

const model::Grant kGrant{.id = model::GrantId{"grant_1"},
                          .tenant = model::TenantId{"ten_1"},
                          .credential = model::CredentialId{"cred_1"},
                          .endpoint_set = 1,
                          .generation = 3};
const model::EndpointSet kSet{.credential = model::CredentialId{"cred_1"}, .tenant = model::TenantId{"ten_1"}, .number = 1};

TEST(Places, security_s40_no_two_fields_share_one) {
  const std::set<std::string> all{whole(refresh_token_place(kGrant, "h")),
                                  whole(extra_place(kGrant, "h")),
                                  whole(password_place(kGrant, "h")),
                                  whole(access_token_place(kGrant, {.generation = 3}, "h")),
                                  whole(access_token_place(kGrant, {.generation = 2}, "h")),
                                  whole(access_token_place(kGrant, {.name = "user", .generation = 3}, "h")),
                                  whole(access_token_place(kGrant, {.audience = "user", .generation = 3}, "h")),
                                  whole(client_secret_place(kSet, model::from_unix_ms(1))),
                                  whole(client_secret_place(kSet, model::from_unix_ms(2))),
                                  whole(rescue_place(kGrant.tenant, kGrant.id, 3)),
                                  whole(rescue_place(kGrant.tenant, kGrant.id, 4))};
  EXPECT_EQ(all.size(), 11U);
}

TEST(Places, security_s01_secrets_are_bound_to_their_endpoint_set) {
  auto other_number = kGrant;
  other_number.endpoint_set = 2;
  for (const auto place : {&refresh_token_place, &extra_place, &password_place}) {
    EXPECT_NE(whole(place(kGrant, "h")), whole(place(kGrant, "other hash")));
    EXPECT_NE(whole(place(kGrant, "h")), whole(place(other_number, "h")));
  }
  EXPECT_NE(whole(access_token_place(kGrant, {}, "h")), whole(access_token_place(kGrant, {}, "other hash")));
  auto redirected = kSet;
  redirected.token_url = "https://evil.example/token";
  EXPECT_NE(whole(client_secret_place(kSet, {})), whole(client_secret_place(redirected, {})));
}

TEST(Places, a_kept_refresh_token_stays_where_it_is) {
  auto refreshed = kGrant;
  ++refreshed.generation;
  EXPECT_EQ(whole(refresh_token_place(kGrant, "h")), whole(refresh_token_place(refreshed, "h")));
}

TEST(Places, security_s02_a_flow_that_was_redirected_has_no_verifier) {
  const model::Flow flow{.id = "state",
                         .tenant = model::TenantId{"ten_1"},
                         .session = model::ConnectSessionId{"cs_1"},
                         .credential = model::CredentialId{"cred_1"},
                         .endpoint_set = 1,
                         .cookie_hash = "cookie",
                         .callback_path = "/oauth/callback/x",
                         .redirect_uri = "https://broker.example/oauth/callback/x",
                         .issuer = "https://a.example",
                         .token_url = "https://a.example/token",
                         .nonce_hash = "nonce",
                         .response_type = "code"};
  const auto place = whole(code_verifier_place(flow));
  const std::vector<void (*)(model::Flow&)> changes{
      [](model::Flow& f) { f.id = "other"; },
      [](model::Flow& f) { f.session = model::ConnectSessionId{"cs_2"}; },
      [](model::Flow& f) { f.credential = model::CredentialId{"cred_2"}; },
      [](model::Flow& f) { f.endpoint_set = 2; },
      [](model::Flow& f) { f.cookie_hash = "attacker's"; },
      [](model::Flow& f) { f.callback_path = "/oauth/callback/y"; },
      [](model::Flow& f) { f.redirect_uri = "https://evil.example"; },
      [](model::Flow& f) { f.issuer.clear(); },
      [](model::Flow& f) { f.token_url = "https://evil.example/token"; },
      [](model::Flow& f) { f.nonce_hash.clear(); },
      [](model::Flow& f) { f.response_type = "token"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto changed = flow;
    changes[i](changed);
    EXPECT_NE(whole(code_verifier_place(changed)), place) << "change " << i;
  }
}

}  // namespace
}  // namespace valetkey::vault
