// What one alternative of a document may say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/document/read_document.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kSound = R"j({
  "secrets": [{"name": "key"}],
  "notes": "said",
  "verify": [{"scheme": "hmac", "algorithm": "sha256", "key": {"secret": "key"}, "signature": {"header": "x-sig"}, "message": ["raw"]}]
})j";

/// The sound document with members of its alternative replaced; null takes one away.
json::value with(std::string_view members) {
  auto document = json::parse(kSound);
  auto& alternative = document.at("verify").at(0).as_object();
  for (const auto& [name, value] : json::parse(members).as_object()) {
    if (value.is_null()) alternative.erase(name);
    else alternative[name] = value;
  }
  return document;
}

std::string faults_of(const json::value& document) {
  const auto read = read_service_document(document);
  std::string out;
  if (read) return out;
  for (const auto& field : read.error().fields) out += field.pointer + ": " + field.detail + "\n";
  return out;
}

TEST(Alternative, sound_ones_are_read) {
  const std::string_view cases[] = {
      "{}",
      R"j({"algorithm": "sha1", "key": {"secret": "key", "decode": "hex", "strip_prefix": "whsec_", "derive": "sha1"}})j",
      R"j({"signature": {"header": "s", "items": ",", "pair": "=", "take": "v1", "any": true}, "timestamp": {"take": "t"}, "message": ["timestamp", {"const": "."}, "raw"]})j",
      R"j({"signature": {"headers": "x-sig-*", "any": true, "decode": "base64"}})j",
      R"j({"signature": {"body": "sig.nature"}, "message": [{"body": "a"}, {"join": ":", "paths": ["b", "c.d"]}], "covers_body": false})j",
      R"j({"timestamp": {"body": "sent_at", "unit": "ms", "past": 60, "future": 60}})j",
      R"j({"timestamp": {"header": "x-time", "is_signed": false}})j",
      R"j({"message": ["url", "sorted_form"]})j",
      R"j({"scheme": "hash", "needs_choice": true, "message": ["secret", "raw"]})j",
      R"j({"scheme": "asymmetric", "algorithm": "ed25519", "key": {"secret": "key", "decode": "raw_hex"}, "message": ["raw"]})j",
      R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["HS256"], "signature": {"authorization": true, "strip": "JWT "}, "message": null})j",
      R"j({"scheme": "static", "algorithm": null, "message": null})j",
      R"j({"scheme": "basic", "algorithm": null, "message": null, "signature": null})j",
      R"j({"scheme": "url_secret", "algorithm": null, "message": null, "signature": {"query": "key"}})j",
  };
  for (const auto members : cases) {
    auto document = with(members);
    if (members.find("needs_choice") != std::string_view::npos)
      document.as_object()["parameters"] = json::parse(R"j([{"name": "allow_weak", "optional": true}])j");
    EXPECT_THAT(faults_of(document), IsEmpty()) << members;
  }
}

struct Case {
  std::string_view members;
  std::string_view expected;
};

TEST(Alternative, impossible_ones_are_refused) {
  const Case cases[] = {
      {R"j({"scheme": null})j", "/verify/0/scheme: is required"},
      {R"j({"scheme": "ed25519"})j",
       "/verify/0/scheme: not one of the accepted values: hmac, hash, asymmetric, jwt, static, basic, url_secret"},
      {R"j({"algorithm": null})j", "/verify/0/algorithm: is required"},
      {R"j({"algorithm": "md5"})j", "/verify/0/algorithm: not one of the accepted values: sha1, sha256"},
      {R"j({"algorithm": "ed25519"})j", "/verify/0/algorithm: not one of the accepted values"},
      {R"j({"message": null})j", "/verify/0/message: is required: what is signed"},
      {R"j({"message": []})j", "/verify/0/message: must be a list of 1 to 32 pieces"},
      {R"j({"message": ["body"]})j", "/verify/0/message/0: not one of the accepted pieces: raw, timestamp"},
      {R"j({"message": [{"const": "a", "header": "b"}]})j", "/verify/0/message/0: exactly one of"},
      {R"j({"message": [7]})j", "/verify/0/message/0: must be a word or an object"},
      {R"j({"message": ["timestamp", "raw"]})j", "/verify/0/message: the piece `timestamp` needs timestamp"},
      {R"j({"message": ["secret", "raw"]})j", "/verify/0/message: the piece `secret` is for a hash"},
      {R"j({"message": [{"const": "always"}], "covers_body": false})j", "/verify/0/message: holds nothing of the request"},
      {R"j({"key": null})j", "/verify/0/key: is required"},
      {R"j({"key": {"secret": "key", "jwks": "https://a.example/k"}})j", "/verify/0/key: exactly one of secret, jwks"},
      {R"j({"key": {"jwks": "https://a.example/k", "hosts": ["a.example"]}})j",
       "/verify/0/key: the scheme's key is a secret of the endpoint"},
      {R"j({"key": {"secret": "key", "decode": "pem"}})j", "/verify/0/key/decode: the scheme's key is shared, not public"},
      {R"j({"signature": null})j", "/verify/0/signature: is required"},
      {R"j({"signature": {"header": "a", "query": "b"}})j", "/verify/0/signature: exactly one of header, headers"},
      {R"j({"signature": {"header": "x-*"}})j", "/verify/0/signature/header: a `*` stands in headers only"},
      {R"j({"signature": {"headers": "x-sig"}})j", "/verify/0/signature/headers: must hold one `*`"},
      {R"j({"signature": {"header": "bad name"}})j", "/verify/0/signature/header: must be a header's name"},
      {R"j({"signature": {"header": "a", "take": "v1"}})j", "/verify/0/signature/take: needs pair"},
      {R"j({"signature": {"header": "a", "any": true}})j", "/verify/0/signature/any: there is one signature only"},
      {R"j({"signature": {"item": "sig"}})j", "/verify/0/signature/item: needs parse.split"},
      {R"j({"signature": {"header": "a", "decode": "utf8"}})j", "/verify/0/signature/decode: not one of the accepted values"},
      {R"j({"timestamp": {"header": "x-time"}})j", "/verify/0/timestamp: is no part of the signed message"},
      {R"j({"timestamp": {"take": "t"}})j", "/verify/0/timestamp/take: the signature has no pairs"},
      {R"j({"timestamp": {"body": "at", "past": 0}})j", "/verify/0/timestamp/past: must be a whole number from 1 to 604800"},
      {R"j({"claims": {"issuer": "x"}})j", "/verify/0/claims: only a jwt has claims"},
      {R"j({"algorithms": ["HS256"]})j", "/verify/0/algorithms: only a jwt has algorithms"},
      {R"j({"body_digest": {"from": "claim", "name": "hash"}})j", "/verify/0/body_digest/from: only a jwt has claims"},
      {R"j({"needs_choice": true})j", "/verify/0/needs_choice: allow_weak is not declared in parameters"},
      {R"j({"scheme": "hash", "message": ["secret", "raw"]})j", "/verify/0/needs_choice: must be true"},
      {R"j({"scheme": "hash", "needs_choice": true})j", "/verify/0/message: a hash without the piece `secret` proves nothing"},
      {R"j({"scheme": "static", "algorithm": null})j", "/verify/0/message: the scheme signs no message"},
      {R"j({"scheme": "static", "message": null})j", "/verify/0/algorithm: the scheme has none"},
      {R"j({"scheme": "static", "algorithm": null, "message": null, "covers_body": true})j",
       "/verify/0/covers_body: the scheme does not sign the body"},
      {R"j({"scheme": "static", "algorithm": null, "message": null, "signature": {"header": "a", "pair": "="}})j",
       "/verify/0/signature/pair: unknown member"},
      {R"j({"scheme": "basic", "algorithm": null, "message": null})j", "/verify/0/signature: basic reads the Authorization header"},
      {R"j({"scheme": "url_secret", "algorithm": null, "message": null})j", "/verify/0/signature: url_secret compares a query parameter"},
      {R"j({"colour": "red"})j", "/verify/0/colour: unknown member"},
  };
  for (const auto& [members, expected] : cases) EXPECT_THAT(faults_of(with(members)), HasSubstr(expected)) << members;
}

TEST(Alternative, shared_secret_is_no_public_key) {
  const Case cases[] = {
      {R"j({"scheme": "asymmetric", "algorithm": "ed25519"})j", "/verify/0/key: a shared secret is no public key"},
      {R"j({"scheme": "asymmetric", "algorithm": "rsa_sha256", "key": {"secret": "key", "decode": "raw_hex"}})j",
       "/verify/0/key/decode: only an Ed25519 key is raw bytes"},
      {R"j({"scheme": "asymmetric", "algorithm": "ed25519", "key": {"secret": "key", "decode": "pem", "derive": "sha1"}})j",
       "/verify/0/key/derive: a public key is not derived"},
      {R"j({"scheme": "asymmetric", "algorithm": "rsa_sha256", "key": {"jwks": "https://a.example/k", "hosts": ["a.example"]}})j",
       "/verify/0/key: jwks is for a jwt"},
      {R"j({"scheme": "jwt", "algorithm": null, "message": null, "algorithms": ["RS256"]})j",
       "/verify/0/key: a shared secret is no public key"},
  };
  for (const auto& [members, expected] : cases) EXPECT_THAT(faults_of(with(members)), HasSubstr(expected)) << members;
}

/// The token names its algorithm; what it may name stands in the document, and no list makes a public key a shared secret.
TEST(Alternative, security_s25_jwt_algorithms_are_the_document_s) {
  const Case cases[] = {
      {R"j({"scheme": "jwt", "algorithm": null, "message": null})j", "/verify/0/algorithms: is required"},
      {R"j({"scheme": "jwt", "algorithm": null, "message": null, "algorithms": ["none"]})j", "/verify/0/algorithms: none is not one of"},
      {R"j({"scheme": "jwt", "algorithm": null, "message": null, "algorithms": ["HS256", "RS256"]})j", "HS and others never together"},
      {R"j({"scheme": "jwt", "algorithm": null, "message": null, "algorithms": ["HS256"], "key": {"jwks": "https://a.example/k", "hosts": ["a.example"]}})j",
       "/verify/0/key: the scheme's key is a secret of the endpoint"},
      {R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["HS256"]})j", "/verify/0/message: the scheme signs no message"},
      {R"j({"scheme": "jwt", "algorithms": ["HS256"], "message": null})j", "/verify/0/algorithm: a jwt has algorithms"},
      {R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["HS256"], "message": null, "covers_body": true})j",
       "/verify/0/covers_body: the scheme does not sign the body (S32)"},
      {R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["HS256"], "message": null, "timestamp": {"header": "x", "is_signed": false}})j",
       "/verify/0/timestamp: the scheme signs no time"},
  };
  for (const auto& [members, expected] : cases) EXPECT_THAT(faults_of(with(members)), HasSubstr(expected)) << members;
}

TEST(Alternative, coverage_is_what_the_scheme_covers) {
  const auto covers = [](std::string_view members) { return read_service_document(with(members))->verify[0].covers_body; };
  EXPECT_TRUE(covers("{}"));
  EXPECT_FALSE(covers(R"j({"message": [{"header": "x-id"}, "url"]})j"));
  EXPECT_FALSE(covers(R"j({"scheme": "static", "algorithm": null, "message": null})j"));
  EXPECT_FALSE(
      covers(R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["HS256"], "message": null, "signature": {"bearer": true}})j"));
  EXPECT_TRUE(covers(
      R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["HS256"], "message": null, "body_digest": {"from": "claim", "name": "h"}})j"));
}

json::value fetched_key(std::string_view key) {
  auto document =
      with(R"j({"scheme": "jwt", "algorithm": null, "algorithms": ["RS256"], "message": null, "signature": {"bearer": true}})j");
  document.at("verify").at(0).as_object()["key"] = json::parse(key);
  document.at("verify").at(0).as_object()["claims"] = json::parse(R"j({"audience": "{param.audience}"})j");
  document.as_object()["parameters"] = json::parse(R"j([{"name": "audience"}])j");
  document.as_object().erase("secrets");
  return document;
}

TEST(Alternative, security_s30_keys_come_from_pinned_hosts) {
  const Case cases[] = {
      {R"j({"jwks": "https://keys.example/k", "hosts": ["keys.example"]})j", ""},
      {R"j({"jwks": "https://keys.example/k"})j", "/verify/0/key/hosts: is required"},
      {R"j({"jwks": "https://keys.example/k", "hosts": []})j", "/verify/0/key/hosts: is required"},
      {R"j({"jwks": "https://keys.example.evil.example/k", "hosts": ["keys.example"]})j",
       "/verify/0/key/jwks: its host is not among hosts"},
      {R"j({"jwks": "http://keys.example/k", "hosts": ["keys.example"]})j", "/verify/0/key/jwks: must be an https URL"},
      {R"j({"jwks": "https://keys.example:8443/k", "hosts": ["keys.example"]})j",
       "/verify/0/key/jwks: must be an https URL without a port"},
      {R"j({"jwks": "https://u@keys.example/k", "hosts": ["keys.example"]})j", "/verify/0/key/jwks: "},
      {R"j({"jwks": "https://keys.example/k", "hosts": ["*.example"]})j", "/verify/0/key/hosts: *.example is no host"},
      {R"j({"jwks": "https://keys.example/k", "hosts": ["*"]})j", "/verify/0/key/hosts: * is no host"},
      {R"j({"key_endpoint": {"url": "https://other.example/k", "key": "key"}, "hosts": ["keys.example"]})j",
       "/verify/0/key/key_endpoint/url: its host is not among hosts"},
      {R"j({"key_endpoint": {"url": "https://keys.example/k"}, "hosts": ["keys.example"]})j",
       "/verify/0/key/key_endpoint/key: is required"},
  };
  for (const auto& [key, expected] : cases) {
    const auto faults = faults_of(fetched_key(key));
    if (expected.empty()) EXPECT_EQ(faults, "") << key;
    else EXPECT_THAT(faults, HasSubstr(expected)) << key;
  }
  EXPECT_THAT(faults_of(with(R"j({"scheme": "asymmetric", "algorithm": "rsa_sha256", "signature": {"body": "Signature"},
    "key": {"certificate_url": "SigningCertURL", "hosts": ["sns.*.amazonaws.com"]}})j")),
              HasSubstr("/verify/0/key/names: is required"));
}

}  // namespace
}  // namespace valetkey::services
