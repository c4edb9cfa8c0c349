#include <gtest/gtest.h>

#include "model/encoding.hpp"
#include "services/mac.hpp"
#include "support/signing_key.hpp"
#include "support/verify_rig.hpp"

namespace valetkey::services::verify {
namespace {

using model::to_base64;
using model::to_hex;
using test::mac;
using test::VerifyRig;

std::string document(const std::string& rest, const std::string& parameters = "") {
  return R"({"secrets":[{"name":"s","title":"Secret","help":"..."}],"parameters":[)" + parameters + R"(],)" + rest + "}";
}

const std::string kRaw =
    R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-sig","decode":"hex"},"message":["raw"]})";
const std::string kTimed =
    R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-sig","decode":"hex"},)"
    R"("message":["timestamp",{"const":"."},"raw"],"timestamp":{"header":"x-time","unit":"s","past":300,"future":60}})";

void sign_raw(VerifyRig& rig) { rig.add_header("x-sig", to_hex(mac("SHA256", "secret", rig.request.body))); }

std::string timed(const std::string& time, const std::string& rest = kTimed) {
  VerifyRig rig(document(R"("verify":[)" + rest + "]"));
  rig.set_secret("s", "secret");
  rig.add_header("x-time", time);
  rig.add_header("x-sig", to_hex(mac("SHA256", "secret", time + ".")));
  return rig.reason();
}

std::string from_now(std::int64_t seconds) { return std::to_string(model::to_unix_ms(test::SteppedClock().wall_now()) / 1000 + seconds); }

// Fault 10 of real receivers: the future was accepted.
TEST(Timestamps, run_out_in_both_directions_to_the_second) {
  EXPECT_EQ(timed(from_now(0)), "");
  EXPECT_EQ(timed(from_now(-300)), "");
  EXPECT_EQ(timed(from_now(-301)), "timestamp_too_old");
  EXPECT_EQ(timed(from_now(60)), "");
  EXPECT_EQ(timed(from_now(61)), "timestamp_in_future");
}

TEST(Timestamps, that_cannot_be_read_reject) {
  EXPECT_EQ(timed(""), "timestamp_missing");
  for (const auto* text : {"soon", "1e400", "nan", "-1", "0x10", "99999999999999999999"})
    EXPECT_EQ(timed(text), "timestamp_malformed") << text;
}

TEST(Timestamps, that_come_twice_reject) {
  VerifyRig rig(document(R"("verify":[)" + kTimed + "]"));
  rig.set_secret("s", "secret");
  for (int i = 0; i < 2; ++i) rig.add_header("x-time", from_now(0));
  rig.add_header("x-sig", to_hex(mac("SHA256", "secret", from_now(0) + ".")));
  EXPECT_EQ(rig.reason(), "timestamp_missing");
}

TEST(Timestamps, are_what_was_signed_and_not_what_was_read) {
  VerifyRig rig(document(R"("verify":[)" + kTimed + "]"));
  rig.set_secret("s", "secret");
  rig.add_header("x-time", from_now(0));
  rig.add_header("x-sig", to_hex(mac("SHA256", "secret", from_now(-10) + ".")));
  EXPECT_EQ(rig.reason(), "signature_mismatch");
}

TEST(Timestamps, of_other_units) {
  const auto with_unit = [](const std::string& unit) {
    return R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-sig","decode":"hex"},)"
           R"("message":["timestamp",{"const":"."},"raw"],"timestamp":{"header":"x-time","unit":")" +
           unit + R"(","past":300,"future":60}})";
  };
  EXPECT_EQ(timed(from_now(0) + "123", with_unit("ms")), "");
  EXPECT_EQ(timed("2026-01-01T00:00:00Z", with_unit("rfc3339")), "");
  EXPECT_EQ(timed("2025-12-31T16:00:00-08:00", with_unit("rfc3339")), "");
  EXPECT_EQ(timed("2025-12-31T16:00:00Z", with_unit("rfc3339")), "timestamp_too_old");
  EXPECT_EQ(timed("Thu, 01 Jan 2026 00:00:00 GMT", with_unit("http_date")), "");
  EXPECT_EQ(timed("2026-01-01", with_unit("rfc3339")), "timestamp_malformed");
}

TEST(Alternatives, the_first_that_applies_decides) {
  VerifyRig rig(
      document(R"("verify":[{"when":[{"header":"x-version","equals":"2"}],"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
               R"("signature":{"header":"x-sig","decode":"base64"},"message":["raw"]},)" +
               kRaw + "]"));
  rig.set_secret("s", "secret");
  rig.request.body = "{}";
  sign_raw(rig);
  EXPECT_EQ(rig.reason(), "");
  // What the second would take does not help a request that the first is for.
  rig.add_header("x-version", "2");
  EXPECT_NE(rig.reason(), "");
}

TEST(Alternatives, none_rejects) {
  VerifyRig rig(document(R"("verify":[{"when":[{"header":"x-version"}],"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                         R"("signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}],"refusal":{"status":403})"));
  rig.set_secret("s", "secret");
  sign_raw(rig);
  const auto verdict = rig.verify();
  EXPECT_EQ(verdict.reason, "no_alternative");
  ASSERT_TRUE(verdict.reply);
  EXPECT_EQ(verdict.reply->status, 403);
}

TEST(Order, security_s25_an_unsigned_challenge_is_answered_first_and_gives_no_event) {
  VerifyRig rig(document(R"("verify":[)" + kRaw +
                         R"x(],"challenges":[{"when":[{"method":"GET"},{"query":"challenge"}],"signed":false,)x"
                         R"x("reply":{"content_type":"text/plain","body":"{query(challenge)}"}}])x"));
  rig.set_secret("s", "secret");
  rig.request.method = "GET";
  rig.request.query_text = "challenge=abc";
  const auto verdict = rig.verify();
  EXPECT_EQ(verdict.outcome, Outcome::kChallenge);
  ASSERT_TRUE(verdict.reply);
  EXPECT_EQ(verdict.reply->body, "abc");
  rig.request.method = "POST";
  EXPECT_EQ(rig.reason(), "signature_missing");
}

TEST(Order, security_s25_a_signed_challenge_is_not_answered_before_it_is_verified) {
  VerifyRig rig(document(R"("verify":[)" + kRaw +
                         R"(],"challenges":[{"when":[{"body":"type","equals":"url_verification"}],"signed":true,)"
                         R"("reply":{"content_type":"text/plain","body":"{challenge}"}}])"));
  rig.set_secret("s", "secret");
  rig.request.body = R"({"type":"url_verification","challenge":"abc"})";
  EXPECT_EQ(rig.reason(), "signature_missing");
  sign_raw(rig);
  const auto verdict = rig.verify();
  EXPECT_EQ(verdict.outcome, Outcome::kChallenge);
  EXPECT_EQ(verdict.reply->body, "abc");
}

TEST(Order, security_s26_the_answer_to_a_challenge_is_no_signature) {
  VerifyRig rig(document(R"("verify":[)" + kRaw +
                         R"x(],"challenges":[{"when":[{"method":"GET"},{"query":"crc"}],"signed":false,)x"
                         R"x("reply":{"json":{"token":"{hmac(sha256, s, query(crc), hex)}"}}}],)x"
                         R"x("parse":{"format":"json"},"event":{"type":"type"})x"));
  rig.set_secret("s", "secret");
  rig.request.method = "GET";
  rig.request.query_text = "crc=12345";
  const auto answered = rig.verify();
  ASSERT_EQ(answered.outcome, Outcome::kChallenge);
  const auto signature = to_hex(mac("SHA256", "secret", "12345"));
  ASSERT_TRUE(answered.reply->body.contains(signature));
  rig.request.method = "POST";
  rig.request.query_text = "";
  rig.request.body = "12345";
  rig.add_header("x-sig", signature);
  EXPECT_EQ(rig.reason(), "message_is_challenge");
}

TEST(Identity, security_s27_another_customer_of_the_same_signer_is_refused) {
  const auto key = test::SigningKey::rsa();
  const std::string verify =
      R"({"scheme":"asymmetric","algorithm":"rsa_sha256","key":{"secret":"s","decode":"pem"},"signature":{"header":"x-sig","decode":"base64"},)"
      R"("message":["raw"],"identity":[{"value":"topic","equals":"{param.topic}"}]})";
  VerifyRig rig(document(R"("verify":[)" + verify + R"(],"parse":{"format":"json","lists":true},"event":{"type":"topic"})",
                         R"({"name":"topic","title":"Topic","help":"..."})"));
  rig.set_secret("s", key.public_pem());
  const auto reason_of = [&](const std::string& body) {
    rig.request.body = body;
    rig.request.headers = {{"content-type", "application/json"}, {"x-sig", to_base64(key.sign("SHA256", body))}};
    return rig.reason();
  };
  rig.values.parameters = {{"topic", "mine"}};
  EXPECT_EQ(reason_of(R"({"topic":"mine"})"), "");
  EXPECT_EQ(reason_of(R"({"topic":"theirs"})"), "identity_mismatch");
  EXPECT_EQ(reason_of(R"({"other":"mine"})"), "identity_mismatch");
  // Each event of a list, not only the first.
  EXPECT_EQ(reason_of(R"([{"topic":"mine"},{"topic":"mine"}])"), "");
  EXPECT_EQ(reason_of(R"([{"topic":"mine"},{"topic":"theirs"}])"), "identity_mismatch");
  EXPECT_EQ(reason_of("[]"), "identity_mismatch");
  // A parameter that is not set equals nothing.
  rig.values.parameters.clear();
  EXPECT_EQ(reason_of(R"({"topic":""})"), "identity_mismatch");
}

TEST(Weak, security_s32_a_plain_hash_must_be_chosen) {
  VerifyRig rig(document(
      R"("verify":[{"scheme":"hash","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-sig","decode":"hex"},"message":["secret","raw"],)"
      R"("needs_choice":true}])",
      R"({"name":"allow_weak","title":"Weak","help":"..."})"));
  rig.set_secret("s", "secret");
  rig.add_header("x-sig", to_hex(digest_of(HashAlgorithm::kSha256, "secret")));
  EXPECT_EQ(rig.reason(), "weak_scheme_off");
  for (const auto* value : {"", "false", "True", "1"}) {
    rig.values.parameters["allow_weak"] = value;
    EXPECT_EQ(rig.reason(), "weak_scheme_off") << value;
  }
  rig.values.parameters["allow_weak"] = "true";
  EXPECT_EQ(rig.reason(), "");
}

TEST(Items, security_s32_each_item_must_be_signed) {
  VerifyRig rig(document(
      R"("verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"item":"sig","decode":"base64"},)"
      R"("message":[{"join":":","paths":["id","code"]}],"covers_body":false}],"parse":{"format":"json","split":"items"},"event":{"type":"code"})"));
  rig.set_secret("s", "secret");
  const auto item = [](const std::string& id, const std::string& code, const std::string& message) {
    return R"({"id":")" + id + R"(","code":")" + code + R"(","sig":")" + to_base64(mac("SHA256", "secret", message)) + R"("})";
  };
  const auto reason_of = [&](const std::string& items) {
    rig.request.body = R"({"items":)" + items + "}";
    return rig.reason();
  };
  EXPECT_EQ(reason_of("[" + item("1", "A", "1:A") + "," + item("2", "B", "2:B") + "]"), "");
  EXPECT_EQ(reason_of("[" + item("1", "A", "1:A") + "," + item("2", "B", "1:A") + "]"), "signature_mismatch");
  EXPECT_EQ(reason_of("[" + item("1", "A", "1:A") + R"(,{"id":"2","code":"B"}])"), "signature_missing");
  EXPECT_EQ(reason_of("[]"), "signature_missing");
  EXPECT_EQ(reason_of("7"), "signature_missing");
}

TEST(Coverage, headers_and_query_that_are_signed_are_told) {
  VerifyRig rig(document(
      R"("verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-sig","decode":"hex"},)"
      R"("message":[{"header":"x-id"},"timestamp","url","raw"],"timestamp":{"header":"x-time","unit":"s","past":300,"future":60}}])"));
  rig.set_secret("s", "secret");
  rig.request.query_text = "a=1";
  rig.add_header("x-id", "one");
  rig.add_header("x-time", from_now(0));
  rig.add_header("x-sig", to_hex(mac("SHA256", "secret", "one" + from_now(0) + rig.request.public_url + "?a=1")));
  const auto verdict = rig.verify();
  ASSERT_EQ(verdict.outcome, Outcome::kVerified) << verdict.reason;
  EXPECT_EQ(verdict.signed_headers, (std::vector<std::string>{"x-id", "x-time"}));
  EXPECT_TRUE(verdict.signs_query);
  EXPECT_TRUE(verdict.covers_body);
  // The public URL is the configured one, whatever host the request names.
  rig.add_header("host", "evil.example");
  EXPECT_EQ(rig.reason(), "");
  rig.request.query_text = "a=2";
  EXPECT_EQ(rig.reason(), "signature_mismatch");
  rig.request.query_text = "a=1";
  rig.request.headers.emplace_back("x-id", "one");
  EXPECT_EQ(rig.reason(), "message_incomplete");
}

TEST(Secrets, an_empty_key_signs_for_nobody) {
  VerifyRig rig(
      document(R"("verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"s","strip_prefix":"whsec_","decode":"base64"},)"
               R"("signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}])"));
  rig.add_header("x-sig", to_hex(mac("SHA256", "", "")));
  rig.set_secret("s", "whsec_");
  EXPECT_EQ(rig.reason(), "secret_unusable");
  rig.set_secret("s", "whsec_not base64");
  EXPECT_EQ(rig.reason(), "secret_unusable");
}

TEST(Refusals, that_are_not_the_requests_fault_ask_to_be_sent_again) {
  const auto verdict = rejected("key_unavailable", 401, {}, true);
  EXPECT_EQ(verdict.reply->status, 503);
  EXPECT_EQ(verdict.reply->headers.front().first, "retry-after");
}

}  // namespace
}  // namespace valetkey::services::verify
