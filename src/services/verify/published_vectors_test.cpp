#include <gtest/gtest.h>

#include "support/verify_rig.hpp"

namespace valetkey::services::verify {
namespace {

using test::VerifyRig;

std::string document(const std::string& verify) {
  return R"({"secrets":[{"name":"s","title":"Secret","help":"..."}],"verify":[)" + verify + "]}";
}

/// What the rig's clock would be when the vector was made.
void set_time(VerifyRig& rig, std::int64_t seconds) { rig.request.received_at = model::from_unix_ms(seconds * 1000); }

TEST(PublishedVectors, github) {
  VerifyRig rig(document(R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                         R"("signature":{"header":"x-hub-signature-256","prefix":"sha256=","decode":"hex"},"message":["raw"]})"));
  rig.set_secret("s", "It's a Secret to Everybody");
  rig.request.body = "Hello, World!";
  rig.add_header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  EXPECT_EQ(rig.reason(), "");
}

TEST(PublishedVectors, standard_webhooks) {
  VerifyRig rig(document(R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s","strip_prefix":"whsec_","decode":"base64"},)"
                         R"("signature":{"header":"svix-signature","items":" ","pair":",","take":"v1","decode":"base64","any":true},)"
                         R"("message":[{"header":"svix-id"},{"const":"."},"timestamp",{"const":"."},"raw"],)"
                         R"("timestamp":{"header":"svix-timestamp","unit":"s","past":300,"future":300}})"));
  rig.set_secret("s", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  set_time(rig, 1614265330);
  rig.request.body = R"({"test": 2432232314})";
  rig.add_header("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek");
  rig.add_header("svix-timestamp", "1614265330");
  rig.add_header("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_EQ(rig.reason(), "");
}

TEST(PublishedVectors, slack) {
  VerifyRig rig(document(R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                         R"("signature":{"header":"x-slack-signature","prefix":"v0=","decode":"hex"},)"
                         R"("message":[{"const":"v0:"},"timestamp",{"const":":"},"raw"],)"
                         R"("timestamp":{"header":"x-slack-request-timestamp","unit":"s","past":300,"future":300}})"));
  rig.set_secret("s", "8f742231b10e8888abcd99yyyzzz85a5");
  set_time(rig, 1531420618);
  rig.request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  rig.request.body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&"
      "user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%"
      "2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  rig.add_header("x-slack-request-timestamp", "1531420618");
  rig.add_header("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
  EXPECT_EQ(rig.reason(), "");
}

TEST(PublishedVectors, twilio) {
  VerifyRig rig(document(R"({"scheme":"hmac","algorithm":"sha1","key":{"secret":"s"},)"
                         R"("signature":{"header":"x-twilio-signature","decode":"base64"},"message":["url","sorted_form"]})"));
  rig.set_secret("s", "12345");
  rig.request.public_url = "https://mycompany.com/myapp.php";
  rig.request.query_text = "foo=1&bar=2";
  rig.request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  rig.request.body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
  rig.add_header("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
  EXPECT_EQ(rig.reason(), "");
}

}  // namespace
}  // namespace valetkey::services::verify
