#include "oauth/id_token.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey::oauth {
namespace {

constexpr model::WallTime kNow{std::chrono::sys_days{std::chrono::January / 1 / 2026}};

std::string jwt(std::string_view claims) { return model::to_base64url(R"({"alg":"RS256"})") + "." + model::to_base64url(claims) + ".c2ln"; }

IdTokenExpectation expected() {
  return {.issuer = "https://as.example", .client_id = "client", .nonce_hash = model::to_hex(model::sha256("nonce")), .now = kNow};
}

std::string claims(std::string_view iss, std::string_view aud, std::int64_t exp, std::string_view nonce) {
  return fmt::format(R"({{"iss":"{}","aud":{},"exp":{},"nonce":"{}","sub":"user-1"}})", iss, aud, exp, nonce);
}

TEST(IdToken, checklist_13_every_claim_is_checked_before_anything_is_used) {
  const auto future = model::to_unix_ms(kNow) / 1000 + 600;
  EXPECT_TRUE(checked_claims(jwt(claims("https://as.example", R"("client")", future, "nonce")), expected()));
  EXPECT_TRUE(checked_claims(jwt(claims("https://as.example", R"(["client"])", future, "nonce")), expected()));
  const std::string wrong[] = {claims("https://other.example", R"("client")", future, "nonce"),
                               claims("https://as.example", R"("another")", future, "nonce"),
                               claims("https://as.example", R"(["client","another"])", future, "nonce"),  // no azp
                               claims("https://as.example", R"("client")", future - 3600, "nonce"),
                               claims("https://as.example", R"("client")", future, "replayed"),
                               claims("https://as.example", R"("client")", future, ""),
                               R"({"iss":"https://as.example"})",
                               "[]",
                               "not json"};
  for (const auto& text : wrong) EXPECT_FALSE(checked_claims(jwt(text), expected())) << text;
  for (const auto* text : {"", "a", "a.b", "..", "a.%%%.c"}) EXPECT_FALSE(checked_claims(text, expected())) << text;
}

TEST(IdToken, checklist_13_the_end_is_compared_with_leeway_and_never_overflows) {
  const auto now = model::to_unix_ms(kNow) / 1000;
  const auto is_taken = [](std::int64_t exp, model::WallTime at) {
    auto wanted = expected();
    wanted.now = at;
    return checked_claims(jwt(claims("https://as.example", R"("client")", exp, "nonce")), wanted).has_value();
  };
  EXPECT_TRUE(is_taken(now - 120, kNow));
  EXPECT_FALSE(is_taken(now - 120, kNow + model::Milliseconds{1}));
  EXPECT_FALSE(is_taken(now - 121, kNow));
  EXPECT_TRUE(is_taken(std::numeric_limits<std::int64_t>::max(), kNow));
  EXPECT_FALSE(is_taken(std::numeric_limits<std::int64_t>::min(), kNow));
}

}  // namespace
}  // namespace valetkey::oauth
