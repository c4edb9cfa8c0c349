#include "events/delivery/standard_webhooks.hpp"

#include <gtest/gtest.h>

#include "model/encoding.hpp"
#include "support/fixed_random.hpp"

namespace valetkey::events {
namespace {

const model::Secret kSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::string_view kBody = R"({"test": 2432232314})";
const model::WallTime kAt = model::from_unix_ms(1'614'265'330'999);

TEST(StandardWebhooks, signs_as_the_specification_s_own_libraries_do) {
  EXPECT_EQ(webhook_signature(kSecret, kId, kAt, kBody), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, security_s35_every_part_is_signed) {
  const auto whole = webhook_signature(kSecret, kId, kAt, kBody);
  EXPECT_NE(webhook_signature(kSecret, "msg_p5jXN8AQM9LWM0D4loKWxJeK", kAt, kBody), whole);
  EXPECT_NE(webhook_signature(kSecret, kId, kAt + model::Seconds{1}, kBody), whole);
  EXPECT_NE(webhook_signature(kSecret, kId, kAt, R"({"test": 2432232315})"), whole);
  EXPECT_NE(webhook_signature(model::Secret("whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), kId, kAt, kBody), whole);
  EXPECT_EQ(webhook_signature(kSecret, kId, kAt + model::Milliseconds{0}, kBody), whole);
}

TEST(StandardWebhooks, headers_hold_a_signature_for_each_secret_that_is_valid) {
  test::FixedRandom random;
  const std::vector secrets{make_webhook_secret(random), kSecret};
  const auto headers = webhook_headers(secrets, kId, kAt, kBody);
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[0], (std::pair<std::string, std::string>("webhook-id", kId)));
  EXPECT_EQ(headers[1], (std::pair<std::string, std::string>("webhook-timestamp", "1614265330")));
  EXPECT_EQ(headers[2].first, "webhook-signature");
  EXPECT_EQ(headers[2].second, webhook_signature(secrets[0], kId, kAt, kBody) + " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, a_secret_is_32_random_bytes) {
  test::FixedRandom random;
  const auto first = make_webhook_secret(random);
  ASSERT_TRUE(first.reveal().starts_with("whsec_"));
  EXPECT_EQ(model::from_base64(first.reveal().substr(6)).value().size(), 32U);
  EXPECT_FALSE(first == make_webhook_secret(random));
}

TEST(StandardWebhooks, what_is_no_secret_signs_nothing) {
  for (const char* text : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64"})
    EXPECT_EQ(webhook_signature(model::Secret(text), kId, kAt, kBody), "") << text;
}

}  // namespace
}  // namespace valetkey::events
