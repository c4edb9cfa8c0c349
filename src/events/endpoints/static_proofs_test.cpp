#include "events/endpoints/static_proofs.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "events/ingress/rate_buckets.hpp"
#include "events/ingress/safe_reply.hpp"
#include "model/encoding.hpp"

namespace valetkey::events {
namespace {

services::EndpointValues values_with(std::string secret) {
  services::EndpointValues values;
  values.secrets["token"].emplace_back(std::move(secret));
  return values;
}

TEST(StaticProofs, security_s34_every_way_to_write_a_secret_is_masked) {
  const std::string secret = "a b\"c/d+e";
  services::Incoming request;
  request.path = "/hooks/x/the-key";
  request.query_text = "token=" + model::percent_encode(secret);
  request.headers = {{"x-token", secret}, {"authorization", "Basic " + model::to_base64("user:" + secret)}, {"x-other", "kept"}};
  request.body = R"({"token":"a b\"c/d+e","base64":")" + model::to_base64(secret) + R"("})";
  mask_static_proofs(request, values_with(secret), "the-key");
  EXPECT_EQ(request.path, "/hooks/x/***");
  EXPECT_EQ(request.query_text, "token=***");
  EXPECT_EQ(request.headers[0].second, "***");
  EXPECT_EQ(request.headers[1].second, "***");
  EXPECT_EQ(request.headers[2].second, "kept");
  EXPECT_EQ(request.body, R"({"token":"***","base64":"***"})");
}

TEST(StaticProofs, security_s34_payloads_are_masked_at_any_depth_and_numbers_stay_numbers) {
  auto payload = boost::json::parse(R"({"a":[{"passcode":"12345678"}],"n":12345678,"text":"is 12345678!"})");
  mask_static_proofs(payload, values_with("12345678"));
  EXPECT_EQ(boost::json::serialize(payload), R"({"a":[{"passcode":"***"}],"n":12345678,"text":"is ***!"})");
}

TEST(StaticProofs, security_s34_a_secret_of_three_bytes_tears_no_holes) {
  services::Incoming request;
  request.body = "abcabc";
  mask_static_proofs(request, values_with("abc"), "");
  EXPECT_EQ(request.body, "abcabc");
}

TEST(SafeReply, security_s13_only_text_json_and_xml_and_no_header_that_acts_on_our_origin) {
  auto safe = made_safe({.status = 200,
                         .headers = {{"X-Hook-Secret", "s"},
                                     {"Set-Cookie", "a=b"},
                                     {"Location", "https://evil.example"},
                                     {"Access-Control-Allow-Origin", "*"},
                                     {"Refresh", "0"},
                                     {"X-Accel-Redirect", "/etc"},
                                     {"X-Split", "a\r\nSet-Cookie: b"}},
                         .body = "{}",
                         .content_type = "application/json"});
  ASSERT_EQ(safe.headers.size(), 1U);
  EXPECT_EQ(safe.headers[0].first, "X-Hook-Secret");
  EXPECT_EQ(safe.body, "{}");
  for (const auto* type : {"text/html", "image/svg+xml", "application/javascript", "", "text/plain\r\nX: y"})
    EXPECT_TRUE(made_safe({.body = "<script>", .content_type = type}).body.empty()) << type;
  EXPECT_EQ(made_safe({.status = 42}).status, 200);
}

TEST(RateBuckets, refill_with_time_and_forget_the_full_first) {
  RateBuckets buckets({.per_second = 1, .burst = 2}, 4);
  model::BootTime now{};
  EXPECT_TRUE(buckets.take("a", now));
  EXPECT_FALSE(buckets.is_empty("a", now));
  EXPECT_TRUE(buckets.take("a", now));
  EXPECT_TRUE(buckets.is_empty("a", now));
  EXPECT_FALSE(buckets.take("a", now));
  for (const auto* other : {"b", "c", "d"}) EXPECT_TRUE(buckets.take(other, now));
  now += model::Seconds{1};
  EXPECT_TRUE(buckets.take("e", now)) << "b, c and d are full again and make room";
  EXPECT_TRUE(buckets.take("a", now));
  EXPECT_FALSE(buckets.take("a", now)) << "the one that was used up is remembered";
}

TEST(RateBuckets, one_sender_of_ipv6_has_one_bucket) {
  EXPECT_EQ(source_of("2001:db8:1:2::1"), source_of("2001:db8:1:2:ffff::9"));
  EXPECT_NE(source_of("2001:db8:1:2::1"), source_of("2001:db8:1:3::1"));
  EXPECT_EQ(source_of("::ffff:203.0.113.7"), source_of("203.0.113.7"));
  EXPECT_NE(source_of("203.0.113.7"), source_of("203.0.113.8"));
}

}  // namespace
}  // namespace valetkey::events
