#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "services/verify/jwt_claims.hpp"
#include "support/signing_key.hpp"
#include "support/verify_rig.hpp"

namespace valetkey::services::verify {
namespace {

using test::mac_token;
using test::SigningKey;
using test::VerifyRig;

constexpr std::string_view kHead = R"({"alg":"HS256","typ":"JWT"})";

std::string document(const std::string& algorithms, const std::string& more = "", const std::string& key = R"({"secret":"s"})") {
  return R"({"secrets":[{"name":"s","title":"Secret","help":"..."}],"verify":[{"scheme":"jwt","algorithms":)" + algorithms + R"(,"key":)" +
         key + R"(,"signature":{"bearer":true},"covers_body":false)" + more + R"(}]})";
}

const SigningKey& rsa_key() {
  static const auto key = SigningKey::rsa();
  return key;
}

class Jwt : public ::testing::Test {
 public:
  void make(const std::string& algorithms, const std::string& more = "", const std::string& key = R"({"secret":"s"})") {
    rig.emplace(document(algorithms, more, key));
    rig->set_secret("s", "a shared secret");
    rig->request.body = "{}";
  }
  /// Claims that end in a minute, with what is added.
  std::string claims(const std::string& more = "") { return R"({"exp":)" + std::to_string(rig->now() + 60) + more + "}"; }
  std::string verify(const std::string& token) {
    rig->request.headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + token}};
    return rig->reason();
  }
  std::string verify_claims(const std::string& text) { return verify(mac_token("HS256", "a shared secret", kHead, text)); }

  std::optional<VerifyRig> rig;
};

TEST_F(Jwt, verifies_and_gives_the_claims) {
  make(R"(["HS256"])");
  ASSERT_EQ(verify_claims(claims(R"(,"accountId":7)")), "");
  const auto verdict = rig->verify();
  EXPECT_EQ(verdict.claims.at("accountId").to_number<int>(), 7);
  EXPECT_FALSE(verdict.covers_body);
}

TEST_F(Jwt, security_s32_a_token_without_a_digest_of_the_body_covers_no_body) {
  make(R"(["HS256"])", R"x(,"replay":{"id":"claim(jti)","for":600})x");
  ASSERT_EQ(verify_claims(claims(R"(,"jti":"one")")), "");
  const auto verdict = rig->verify();
  EXPECT_FALSE(verdict.covers_body);
  EXPECT_EQ(verdict.replay_id, "one");
  EXPECT_EQ(verdict.replay_for, model::Seconds{600});
  EXPECT_EQ(verify_claims(claims()), "replay_id_missing");
}

TEST_F(Jwt, refuses_what_is_no_token) {
  make(R"(["HS256"])");
  const auto good = mac_token("HS256", "a shared secret", kHead, claims());
  for (const auto& token :
       {std::string("abc"), std::string("a.b.c"), good + ".x", good + "=", "." + good, good.substr(0, good.rfind('.') + 1)})
    EXPECT_EQ(verify(token), "token_malformed") << token;
  rig->request.headers.clear();
  EXPECT_EQ(rig->reason(), "signature_missing");
  rig->request.headers = {{"authorization", good}};
  EXPECT_EQ(rig->reason(), "signature_missing");
}

TEST_F(Jwt, refuses_each_other_character) {
  make(R"(["HS256"])");
  const auto good = mac_token("HS256", "a shared secret", kHead, claims());
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto token = good;
    token[at] = token[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(verify(token), "") << at;
  }
}

TEST_F(Jwt, refuses_none) {
  make(R"(["HS256"])");
  for (const auto* alg : {"none", "None", "NONE", "hs256", ""}) {
    const auto head = model::to_base64url(R"({"alg":")" + std::string(alg) + R"("})");
    EXPECT_NE(verify(head + "." + model::to_base64url(claims()) + "."), "") << alg;
    EXPECT_NE(verify(head + "." + model::to_base64url(claims()) + ".AAAA"), "") << alg;
  }
}

// The public key, which everybody has, as the secret of an HMAC.
TEST_F(Jwt, refuses_a_public_key_as_a_secret) {
  make(R"(["RS256"])", "", R"({"secret":"s","decode":"pem"})");
  const auto pem = rsa_key().public_pem();
  rig->set_secret("s", pem);
  EXPECT_EQ(verify(rsa_key().token("RS256", R"({"alg":"RS256"})", claims())), "");
  EXPECT_EQ(verify(mac_token("HS256", pem, kHead, claims())), "algorithm_not_allowed");
  EXPECT_EQ(verify(mac_token("HS256", pem, R"({"alg":"RS256"})", claims())), "signature_mismatch");
}

TEST_F(Jwt, the_document_names_the_algorithms) {
  make(R"(["HS256"])");
  EXPECT_EQ(verify(mac_token("HS512", "a shared secret", R"({"alg":"HS512"})", claims())), "algorithm_not_allowed");
  make(R"(["HS256","HS512"])");
  EXPECT_EQ(verify(mac_token("HS512", "a shared secret", R"({"alg":"HS512"})", claims())), "");
  EXPECT_EQ(verify(mac_token("HS256", "a shared secret", R"({"alg":"HS512"})", claims())), "signature_mismatch");
}

TEST_F(Jwt, takes_each_algorithm_with_a_key_of_its_kind) {
  const auto p256 = SigningKey::ec("P-256");
  const auto p384 = SigningKey::ec("P-384");
  const auto ed = SigningKey::ed25519();
  const std::pair<std::string, const SigningKey*> all[] = {{"RS256", &rsa_key()}, {"RS384", &rsa_key()}, {"RS512", &rsa_key()},
                                                           {"PS256", &rsa_key()}, {"ES256", &p256},      {"ES384", &p384},
                                                           {"EdDSA", &ed}};
  for (const auto& [name, key] : all) {
    make(R"([")" + name + R"("])", "", R"({"secret":"s","decode":"pem"})");
    rig->set_secret("s", key->public_pem());
    EXPECT_EQ(verify(key->token(name, R"({"alg":")" + name + R"("})", claims())), "") << name;
    rig->set_secret("s", key == &p256 ? p384.public_pem() : p256.public_pem());
    EXPECT_EQ(verify(key->token(name, R"({"alg":")" + name + R"("})", claims())), "signature_mismatch") << name;
  }
}

TEST_F(Jwt, refuses_critical_extensions_and_unencoded_payloads) {
  make(R"(["HS256"])");
  for (const auto* head : {R"({"alg":"HS256","crit":["exp"]})", R"({"alg":"HS256","crit":[]})", R"({"alg":"HS256","b64":false})",
                           R"({"alg":"HS256","kid":7})", R"({"alg":7})", R"({"kid":"x"})", R"(["alg","HS256"])"})
    EXPECT_EQ(verify(mac_token("HS256", "a shared secret", head, claims())), "token_malformed") << head;
}

TEST_F(Jwt, refuses_names_that_come_twice) {
  make(R"(["HS256"])");
  EXPECT_EQ(verify(mac_token("HS256", "a shared secret", R"({"alg":"none","alg":"HS256"})", claims())), "token_malformed");
  EXPECT_EQ(verify(mac_token("HS256", "a shared secret", R"({"alg":"HS256","\u0061lg":"HS256"})", claims())), "token_malformed");
  EXPECT_EQ(verify_claims(claims(R"(,"sub":"a","sub":"b")")), "token_malformed");
  EXPECT_EQ(verify_claims(claims(R"(,"a":{"x":1},"b":{"x":1})")), "");
  EXPECT_EQ(verify_claims(claims(R"(,"a":{"x":1,"x":2})")), "token_malformed");
}

TEST_F(Jwt, times_are_compared_to_the_second) {
  make(R"(["HS256"])", R"(,"claims":{"leeway":60})");
  const auto at = [&](std::int64_t from_now) { return std::to_string(rig->now() + from_now); };
  EXPECT_EQ(verify_claims(R"({"exp":)" + at(-59) + "}"), "");
  EXPECT_EQ(verify_claims(R"({"exp":)" + at(-60) + "}"), "token_expired");
  EXPECT_EQ(verify_claims(claims(R"(,"nbf":)" + at(60))), "");
  EXPECT_EQ(verify_claims(claims(R"(,"nbf":)" + at(61))), "token_not_yet_valid");
  EXPECT_EQ(verify_claims(claims(R"(,"iat":)" + at(61))), "token_not_yet_valid");
  EXPECT_EQ(verify_claims("{}"), "token_expired");
  EXPECT_EQ(verify_claims(R"({"exp":")" + at(60) + R"("})"), "token_malformed");
  EXPECT_EQ(verify_claims(R"({"exp":1e300})"), "");
}

TEST_F(Jwt, a_token_that_never_ends_needs_a_greatest_age) {
  make(R"(["HS256"])", R"(,"claims":{"max_age":300,"leeway":60})");
  const auto at = [&](std::int64_t from_now) { return std::to_string(rig->now() + from_now); };
  EXPECT_EQ(verify_claims(R"({"iat":)" + at(-360) + "}"), "");
  EXPECT_EQ(verify_claims(R"({"iat":)" + at(-361) + "}"), "token_too_old");
  EXPECT_EQ(verify_claims(claims()), "token_too_old");
}

TEST_F(Jwt, compares_issuer_audience_email_and_more) {
  rig.emplace(R"({"secrets":[{"name":"s","title":"S","help":"..."}],"parameters":[{"name":"audience","title":"A","help":"..."},)"
              R"({"name":"email","title":"E","help":"..."}],"verify":[{"scheme":"jwt","algorithms":["HS256"],"key":{"secret":"s"},)"
              R"("signature":{"bearer":true},"covers_body":false,"claims":{"issuer":["https://a.example","a.example"],)"
              R"("audience":"{param.audience}","email":"{param.email}","require":{"org.verified":"true"}}}]})");
  rig->set_secret("s", "a shared secret");
  rig->values.parameters = {{"audience", "https://broker.example/hook"}, {"email", "robot@a.example"}};
  const auto with = [&](const std::string& iss, const std::string& aud, const std::string& email, const std::string& verified) {
    return verify_claims(
        claims(R"(,"iss":)" + iss + R"(,"aud":)" + aud + R"(,"email":)" + email + R"(,"org":{"verified":)" + verified + "}"));
  };
  const std::string iss = R"("a.example")";
  const std::string aud = R"("https://broker.example/hook")";
  const std::string email = R"("robot@a.example")";
  EXPECT_EQ(with(iss, aud, email, "true"), "");
  EXPECT_EQ(with(iss, "[" + aud + R"(,"other"])", email, "true"), "");
  EXPECT_EQ(with(R"("b.example")", aud, email, "true"), "issuer_mismatch");
  EXPECT_EQ(with("7", aud, email, "true"), "issuer_mismatch");
  EXPECT_EQ(with(iss, R"("https://broker.example/hook2")", email, "true"), "audience_mismatch");
  EXPECT_EQ(with(iss, "[]", email, "true"), "audience_mismatch");
  EXPECT_EQ(with(iss, aud, R"("other@a.example")", "true"), "email_mismatch");
  EXPECT_EQ(with(iss, aud, email, "false"), "claim_mismatch");
  // Nothing equals a parameter that is not set, not even an audience that is empty.
  rig->values.parameters.erase("audience");
  EXPECT_EQ(with(iss, R"("")", email, "true"), "parameter_missing");
}

TEST_F(Jwt, a_digest_in_the_token_covers_the_body) {
  make(R"(["HS256"])", R"(,"body_digest":{"from":"claim","name":"request_body_sha256","algorithm":"sha256","encoding":"hex"})");
  rig->request.body = "the body";
  EXPECT_EQ(verify_claims(claims(R"(,"request_body_sha256":")" + model::sha256_hex("the body") + R"(")")), "");
  EXPECT_EQ(verify_claims(claims(R"(,"request_body_sha256":")" + model::sha256_hex("the bodz") + R"(")")), "body_digest_mismatch");
  EXPECT_EQ(verify_claims(claims()), "body_digest_missing");
}

TEST_F(Jwt, compares_the_hash_of_the_query) {
  make(R"(["HS256"])", R"(,"claims":{"query_hash":true})");
  rig->request.query_text = "b=2&a=1";
  const auto hash = model::sha256_hex("POST&/hooks/app/key&a=1&b=2");
  EXPECT_EQ(verify_claims(claims(R"(,"qsh":")" + hash + R"(")")), "");
  rig->request.query_text = "b=2&a=2";
  EXPECT_EQ(verify_claims(claims(R"(,"qsh":")" + hash + R"(")")), "query_hash_mismatch");
  EXPECT_EQ(verify_claims(claims()), "query_hash_mismatch");
}

// Atlassian: each customer has a secret of its own, which the token names before anybody has verified it.
TEST_F(Jwt, an_unverified_claim_chooses_the_secret_and_nothing_else) {
  make(R"(["HS256"])", "", R"x({"secret":"s","select":"claim(iss)"})x");
  rig->values.secrets["s"] = {model::Secret("one:secret of one"), model::Secret("two:secret:of two")};
  EXPECT_EQ(verify(mac_token("HS256", "secret of one", kHead, claims(R"(,"iss":"one")"))), "");
  EXPECT_EQ(verify(mac_token("HS256", "secret:of two", kHead, claims(R"(,"iss":"two")"))), "");
  EXPECT_EQ(verify(mac_token("HS256", "secret of one", kHead, claims(R"(,"iss":"two")"))), "signature_mismatch");
  EXPECT_EQ(verify(mac_token("HS256", "secret of one", kHead, claims(R"(,"iss":"three")"))), "secret_missing");
  EXPECT_EQ(verify(mac_token("HS256", "secret of one", kHead, claims())), "secret_missing");
}

}  // namespace
}  // namespace valetkey::services::verify
