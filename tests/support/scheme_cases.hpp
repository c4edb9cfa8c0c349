#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "services/mac.hpp"
#include "services/verify/message.hpp"
#include "support/signing_key.hpp"
#include "support/verify_rig.hpp"

namespace valetkey::test {

using model::to_base64;
using model::to_hex;

inline constexpr std::string_view kSchemeBody = R"({"id":"evt_1","type":"invoice.paid","amount":1.50,"name":"Zo\u00eb"})";

/// One way to sign, as an application does it. `sign` makes the whole request, by the key and the time that the rig has.
struct SchemeCase {
  std::string name;
  std::string verify;                ///< the alternative, JSON
  std::string secret;                ///< as an operator types it
  std::string another;               ///< of the same form, which did not sign
  std::function<void(VerifyRig&, const std::string& body)> sign;
  std::string header;                ///< where the signature is; empty: not in a header
  bool covers_body = true;
  std::string parse = "";
};

inline void PrintTo(const SchemeCase& one, std::ostream* out) { *out << one.name; }

/// What a case does not use must not be declared.
inline std::string document_of(const SchemeCase& one) {
  std::string parameters;
  for (const auto* name : {"allow_weak", "app_key"})
    if (one.verify.contains(name == std::string("allow_weak") ? "needs_choice" : name))
      parameters += (parameters.empty() ? "" : ",") + (R"({"name":")" + std::string(name)) + R"(","title":"Title","help":"..."})";
  return R"({"secrets":[{"name":"s","title":"Secret","help":"..."}],"parameters":[)" + parameters + R"(],"verify":[)" + one.verify + "]" +
         (one.parse.empty() ? "" : R"(,"parse":)" + one.parse + R"(,"event":{"type":"'event'"})") + "}";
}

inline std::unique_ptr<VerifyRig> rig_of(const SchemeCase& one) {
  auto rig = std::make_unique<VerifyRig>(document_of(one));
  rig->set_secret("s", one.secret);
  rig->values.parameters = {{"allow_weak", "true"}, {"app_key", "key-of-the-app"}};
  rig->request.body = kSchemeBody;
  one.sign(*rig, rig->request.body);
  return rig;
}

inline const SigningKey& rsa_key() {
  static const auto key = SigningKey::rsa();
  return key;
}
inline const SigningKey& ec_key() {
  static const auto key = SigningKey::ec("P-256");
  return key;
}
inline const SigningKey& ed_key() {
  static const auto key = SigningKey::ed25519();
  return key;
}

inline std::string seconds(const VerifyRig& rig) { return std::to_string(rig.now()); }

inline std::vector<SchemeCase> scheme_cases() {
  std::vector<SchemeCase> all;
  all.push_back({"raw_body",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                 R"("signature":{"header":"x-hub-signature-256","prefix":"sha256=","decode":"hex"},"message":["raw"]})",
                 "It's a secret", "another secret",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-hub-signature-256", "sha256=" + to_hex(mac("SHA256", "It's a secret", body)));
                 },
                 "x-hub-signature-256"});
  all.push_back({"prefix_and_timestamp",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                 R"("signature":{"header":"x-slack-signature","prefix":"v0=","decode":"hex"},)"
                 R"("message":[{"const":"v0:"},"timestamp",{"const":":"},"raw"],)"
                 R"("timestamp":{"header":"x-slack-request-timestamp","unit":"s","past":300,"future":300}})",
                 "8f742231b10e", "8f742231b10f",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-slack-request-timestamp", seconds(rig));
                   rig.add_header("x-slack-signature", "v0=" + to_hex(mac("SHA256", "8f742231b10e", "v0:" + seconds(rig) + ":" + body)));
                 },
                 "x-slack-signature"});
  all.push_back({"pairs_in_one_header",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                 R"("signature":{"header":"stripe-signature","items":",","pair":"=","take":"v1","decode":"hex","any":true},)"
                 R"("message":["timestamp",{"const":"."},"raw"],"timestamp":{"take":"t","unit":"s","past":300,"future":300}})",
                 "whsec_verbatim", "whsec_verbatin",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("stripe-signature",
                                  "t=" + seconds(rig) + ",v1=" + to_hex(mac("SHA256", "whsec_verbatim", seconds(rig) + "." + body)));
                 },
                 "stripe-signature"});
  all.push_back({"standard_webhooks",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s","strip_prefix":"whsec_","decode":"base64"},)"
                 R"("signature":{"header":"webhook-signature","items":" ","pair":",","take":"v1","decode":"base64","any":true},)"
                 R"("message":[{"header":"webhook-id"},{"const":"."},"timestamp",{"const":"."},"raw"],)"
                 R"("timestamp":{"header":"webhook-timestamp","unit":"s","past":300,"future":300}})",
                 "whsec_" + to_base64("twenty-four bytes of key"), "whsec_" + to_base64("twenty-four bytes of kez"),
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("webhook-id", "msg_1");
                   rig.add_header("webhook-timestamp", seconds(rig));
                   rig.add_header("webhook-signature",
                                  "v1," + to_base64(mac("SHA256", "twenty-four bytes of key", "msg_1." + seconds(rig) + "." + body)));
                 },
                 "webhook-signature"});
  all.push_back({"sha512_with_a_hex_key",
                 R"({"scheme":"hmac","algorithm":"sha512","key":{"secret":"s","decode":"hex"},)"
                 R"("signature":{"header":"x-signature","decode":"hex"},"message":["raw"]})",
                 "00ff10", "00ff11",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-signature", to_hex(mac("SHA512", std::string("\x00\xff\x10", 3), body)));
                 },
                 "x-signature"});
  all.push_back({"sha384_and_a_digest",
                 R"({"scheme":"hmac","algorithm":"sha384","key":{"secret":"s"},"signature":{"header":"x-signature","decode":"base64"},)"
                 R"("message":["method",{"const":"\n"},"path",{"const":"\n"},{"digest":"sha256","encoding":"hex"}]})",
                 "k3y-one", "k3y-two",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-signature", to_base64(mac("SHA384", "k3y-one", "POST\n/hooks/app/key\n" + model::sha256_hex(body))));
                 },
                 "x-signature"});
  all.push_back({"derived_key",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s","derive":"sha256"},)"
                 R"("signature":{"header":"x-signature","decode":"base64"},"message":["raw"]})",
                 "secret", "secres",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-signature", to_base64(mac("SHA256", model::sha256("secret"), body)));
                 },
                 "x-signature"});
  all.push_back(
      {"url_and_sorted_form",
       R"({"scheme":"hmac","algorithm":"sha1","key":{"secret":"s"},)"
       R"("signature":{"header":"x-twilio-signature","decode":"base64"},"message":["url","sorted_form"]})",
       "12345", "12346",
       [](VerifyRig& rig, const std::string&) {
         rig.request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
         rig.request.query_text = "foo=1&bar=2";
         rig.request.body = "To=%2B18005551212&Digits=1234&Digits=99&Digits=1234&From=%2B1415";
         rig.add_header(
             "x-twilio-signature",
             to_base64(mac("SHA1", "12345", "https://broker.example/hooks/app/key?foo=1&bar=2Digits1234Digits99From+1415To+18005551212")));
       },
       "x-twilio-signature", true, ""});
  all.push_back({"url_and_digest_in_the_query",
                 R"({"scheme":"hmac","algorithm":"sha1","key":{"secret":"s"},)"
                 R"("signature":{"header":"x-twilio-signature","decode":"base64"},"message":["url"],)"
                 R"("body_digest":{"from":"query","name":"bodySHA256","algorithm":"sha256","encoding":"hex"}})",
                 "12345", "12346",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.request.query_text = "bodySHA256=" + model::sha256_hex(body);
                   rig.add_header("x-twilio-signature",
                                  to_base64(mac("SHA1", "12345", "https://broker.example/hooks/app/key?" + rig.request.query_text)));
                 },
                 "x-twilio-signature"});
  all.push_back({"method_url_and_milliseconds",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                 R"("signature":{"header":"x-hubspot-signature-v3","decode":"base64"},)"
                 R"("message":["method",{"url":{"decode_escapes":true}},"raw","timestamp"],)"
                 R"("timestamp":{"header":"x-hubspot-request-timestamp","unit":"ms","past":300,"future":300}})",
                 "client-secret", "client-secres",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.request.query_text = "to=a%3Ab";
                   const auto time = seconds(rig) + "000";
                   rig.add_header("x-hubspot-request-timestamp", time);
                   rig.add_header(
                       "x-hubspot-signature-v3",
                       to_base64(mac("SHA256", "client-secret", "POSThttps://broker.example/hooks/app/key?to=a:b" + body + time)));
                 },
                 "x-hubspot-signature-v3"});
  all.push_back(
      {"hash_of_secret_and_body",
       R"({"scheme":"hash","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-hubspot-signature","decode":"hex"},)"
       R"("message":["secret","raw"],"needs_choice":true})",
       "client-secret", "client-secres",
       [](VerifyRig& rig, const std::string& body) { rig.add_header("x-hubspot-signature", model::sha256_hex("client-secret" + body)); },
       "x-hubspot-signature"});
  all.push_back({"crc_and_parameter",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"authorization","decode":"hex"},)"
                 R"("message":[{"parameter":"app_key"},{"const":"|"},"crc32"]})",
                 "k3y-one", "k3y-two",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("authorization",
                                  to_hex(mac("SHA256", "k3y-one", "key-of-the-app|" + services::verify::crc32_decimal(body))));
                 },
                 "authorization"});
  all.push_back({"signed_headers",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
                 R"("signature":{"header":"x-hook0-signature","items":",","pair":"=","take":"v1","decode":"hex"},)"
                 R"("message":["timestamp",{"const":"."},{"const":"x-event-id x-event-type."},"signed_headers",{"const":"."},"raw"],)"
                 R"("timestamp":{"take":"t","unit":"s","past":300,"future":300}})",
                 "k3y-one", "k3y-two",
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-event-id", "evt_1");
                   rig.add_header("x-event-type", "paid");
                   rig.add_header("x-hook0-signature",
                                  "t=" + seconds(rig) + ",h=x-event-id x-event-type,v1=" +
                                      to_hex(mac("SHA256", "k3y-one", seconds(rig) + ".x-event-id x-event-type.evt_1.paid." + body)));
                 },
                 "x-hook0-signature"});
  all.push_back(
      {"content_digest",
       R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"header":"x-signature","decode":"base64"},)"
       R"("message":[{"header":"content-digest"}],"body_digest":{"from":"header","name":"content-digest","algorithm":"sha512","encoding":"base64"}})",
       "k3y-one", "k3y-two",
       [](VerifyRig& rig, const std::string& body) {
         const auto field = "sha-512=:" + to_base64(services::digest_of(services::HashAlgorithm::kSha512, body)) + ":";
         rig.add_header("content-digest", field);
         rig.add_header("x-signature", to_base64(mac("SHA256", "k3y-one", field)));
       },
       "x-signature"});
  all.push_back({"ed25519",
                 R"({"scheme":"asymmetric","algorithm":"ed25519","key":{"secret":"s","decode":"raw_hex"},)"
                 R"("signature":{"header":"x-signature-ed25519","decode":"hex"},"message":["timestamp","raw"],)"
                 R"("timestamp":{"header":"x-signature-timestamp","unit":"s","past":300,"future":300}})",
                 to_hex(ed_key().raw_public()), to_hex(SigningKey::ed25519().raw_public()),
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-signature-timestamp", seconds(rig));
                   rig.add_header("x-signature-ed25519", to_hex(ed_key().sign(nullptr, seconds(rig) + body)));
                 },
                 "x-signature-ed25519"});
  all.push_back({"ecdsa_p256",
                 R"({"scheme":"asymmetric","algorithm":"ecdsa_p256","key":{"secret":"s","decode":"spki_base64"},)"
                 R"("signature":{"header":"x-signature","decode":"base64"},"message":["timestamp","raw"],)"
                 R"("timestamp":{"header":"x-timestamp","unit":"s","past":300,"future":300}})",
                 to_base64(ec_key().spki()), to_base64(SigningKey::ec("P-256").spki()),
                 [](VerifyRig& rig, const std::string& body) {
                   rig.add_header("x-timestamp", seconds(rig));
                   rig.add_header("x-signature", to_base64(ec_key().sign("SHA256", seconds(rig) + body)));
                 },
                 "x-signature"});
  all.push_back({"rsa_sha256",
                 R"({"scheme":"asymmetric","algorithm":"rsa_sha256","key":{"secret":"s","decode":"pem"},)"
                 R"("signature":{"header":"x-signature","decode":"base64"},"message":["raw"]})",
                 rsa_key().public_pem(), ec_key().public_pem(),
                 [](VerifyRig& rig, const std::string& body) { rig.add_header("x-signature", to_base64(rsa_key().sign("SHA256", body))); },
                 "x-signature"});
  all.push_back(
      {"rsa_pss_sha512",
       R"({"scheme":"asymmetric","algorithm":"rsa_pss_sha512","key":{"secret":"s","decode":"pem"},)"
       R"("signature":{"header":"x-signature","decode":"base64"},"message":["raw"]})",
       rsa_key().public_pem(), SigningKey::rsa().public_pem(),
       [](VerifyRig& rig, const std::string& body) { rig.add_header("x-signature", to_base64(rsa_key().sign("SHA512", body, true))); },
       "x-signature"});
  all.push_back({"static_token", R"({"scheme":"static","key":{"secret":"s"},"signature":{"header":"x-gitlab-token"},"covers_body":false})",
                 "t0ken-one", "t0ken-two", [](VerifyRig& rig, const std::string&) { rig.add_header("x-gitlab-token", "t0ken-one"); },
                 "x-gitlab-token", false});
  all.push_back({"basic", R"({"scheme":"basic","key":{"secret":"s"},"covers_body":false})", "user:pass:word", "user:pass:work",
                 [](VerifyRig& rig, const std::string&) { rig.add_header("authorization", "Basic " + to_base64("user:pass:word")); },
                 "authorization", false});
  all.push_back({"url_secret", R"({"scheme":"url_secret","key":{"secret":"s"},"signature":{"query":"key"},"covers_body":false})",
                 "a-secret", "b-secret", [](VerifyRig& rig, const std::string&) { rig.request.query_text = "key=a-secret"; }, "", false});
  all.push_back({"in_the_body",
                 R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},"signature":{"body":"signature.signature","decode":"hex"},)"
                 R"("message":["timestamp",{"body":"signature.token"}],)"
                 R"("timestamp":{"body":"signature.timestamp","unit":"s","past":300,"future":300},"covers_body":false,)"
                 R"("replay":{"id":"signature.token","for":86400}})",
                 "k3y-one", "k3y-two",
                 [](VerifyRig& rig, const std::string&) {
                   rig.request.body = R"({"signature":{"timestamp":")" + seconds(rig) + R"(","token":"abc","signature":")" +
                                      to_hex(mac("SHA256", "k3y-one", seconds(rig) + "abc")) + R"("}})";
                 },
                 "", false});
  all.push_back(
      {"of_each_item",
       R"({"scheme":"hmac","algorithm":"sha256","key":{"secret":"s","decode":"hex"},"signature":{"item":"sig","decode":"base64"},)"
       R"("message":[{"join":":","paths":["id","amount.value","none","code"]}],"covers_body":false})",
       "0a0b", "0a0c",
       [](VerifyRig& rig, const std::string&) {
         const std::string key("\x0a\x0b", 2);
         rig.request.body = R"({"items":[{"id":"1","amount":{"value":5},"code":"A","sig":")" + to_base64(mac("SHA256", key, "1:5::A")) +
                            R"("},{"id":"2","amount":{"value":6},"code":"B","sig":")" + to_base64(mac("SHA256", key, "2:6::B")) + R"("}]})";
       },
       "", false, R"({"format":"json","split":"items"})"});
  return all;
}

}  // namespace valetkey::test
