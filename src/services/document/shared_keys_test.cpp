// S26, S27: what a signature would prove to anyone who can get one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/document/read_document.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string faults_of(const json::value& document) {
  const auto read = read_service_document(document);
  std::string out;
  if (read) return out;
  for (const auto& field : read.error().fields) out += field.pointer + ": " + field.detail + "\n";
  return out;
}

struct Signed {
  std::string_view message;
  std::string_view format;
  bool is_sound;
};

/// A document whose challenge answers HMAC-SHA-256 of a query parameter.
json::value answering(std::string_view message, std::string_view format, std::string_view algorithm = "sha256") {
  return json::parse(R"j({"secrets": [{"name": "key"}], "verify": [{"scheme": "hmac", "algorithm": ")j" + std::string(algorithm) +
                     R"j(", "key": {"secret": "key"}, "signature": {"header": "x-sig"}, "message": )j" + std::string(message) +
                     R"j(}], "parse": )j" + std::string(format) + R"j(, "event": {"type": "'x'"},
    "challenges": [{"when": [{"query": "token"}], "reply": {"json": {"response": "{hmac(sha256, key, query(token), base64)}"}}}]})j");
}

TEST(SharedKeys, security_s26_challenge_must_not_sign_what_is_accepted) {
  constexpr std::string_view kJson = R"j({"format": "json"})j";
  constexpr std::string_view kForm = R"j({"format": "form"})j";
  const Signed cases[] = {
      {R"j(["raw"])j", kJson, true},                                      // X: a JSON body begins with a brace
      {R"j([{"const": "hmacsha256="}, "raw"])j", kJson, true},            // LinkedIn: the prefix alone would not do
      {R"j([{"const": "hmacsha256="}, "raw"])j", R"j({"format": "none"})j", false},
      {R"j([{"const": "v0:"}, "raw"])j", kForm, true},                    // Zoom: a colon is not of the alphabet
      {R"j(["raw"])j", kForm, false},                                     // a=b is of the alphabet
      {R"j(["raw"])j", R"j({"format": "none"})j", false},
      {R"j(["raw"])j", R"j({"format": "form_json", "field": "payload"})j", false},
      {R"j([{"header": "x-id"}, "method"])j", kJson, false},
      {R"j([{"body": "signature.timestamp"}, {"body": "signature.token"}])j", kJson, false},
      {R"j(["url", "sorted_form"])j", kForm, true},
      {R"j([{"join": ":", "paths": ["a", "b"]}])j", kJson, true},
      {R"j([{"join": "-", "paths": ["a", "b"]}])j", kJson, false},
      {R"j([{"join": ":", "paths": ["a"]}])j", kJson, false},
      {R"j([{"lines": ["Message"]}])j", kJson, true},
  };
  for (const auto& [message, format, is_sound] : cases) {
    const auto faults = faults_of(answering(message, format));
    if (is_sound) EXPECT_EQ(faults, "") << message << format;
    else
      EXPECT_THAT(faults, HasSubstr("/verify/0/message: may consist of A-Z, a-z, 0-9 and +/=_- alone, and the challenge at "
                                    "/challenges/0/reply/json/response answers the HMAC"))
          << message << format;
  }
  EXPECT_EQ(faults_of(answering(R"j(["raw"])j", kForm, "sha1")), "") << "another function signs another value";
}

/// Two names may hold one value, so another name is no other key.
TEST(SharedKeys, security_s26_another_name_is_no_other_secret) {
  auto document = answering(R"j(["raw"])j", R"j({"format": "none"})j");
  document.at("secrets") = json::parse(R"j([{"name": "key"}, {"name": "second"}])j");
  document.at("verify").at(0).at("key").at("secret") = "second";
  EXPECT_THAT(faults_of(document), HasSubstr("/verify/0/message: may consist of"));
}

/// A document whose key serves every customer of the provider.
json::value signed_by_all(std::string_view key, std::string_view members, std::string_view parameters = R"j([{"name": "mine"}])j") {
  const auto is_jwt = key.find("jwks") != std::string_view::npos || key.find("key_endpoint") != std::string_view::npos;
  const std::string scheme =
      is_jwt ? R"j("scheme": "jwt", "algorithms": ["RS256"], "signature": {"bearer": true})j"
             : R"j("scheme": "asymmetric", "algorithm": "rsa_sha256", "signature": {"body": "Signature"}, "message": ["raw"])j";
  auto out = json::parse("{\"verify\": [{" + scheme + ", \"key\": " + std::string(key) + std::string(members) + "}]}");
  out.as_object()["parameters"] = json::parse(parameters);
  if (key.find("secret.") != std::string_view::npos) out.as_object()["secrets"] = json::parse(R"j([{"name": "id"}])j");
  return out;
}

TEST(SharedKeys, security_s27_shared_signer_needs_a_configured_identity) {
  constexpr std::string_view kJwks = R"j({"jwks": "https://k.example.com/keys", "hosts": ["k.example.com"]})j";
  constexpr std::string_view kCertificate =
      R"j({"certificate_url": "SigningCertURL", "hosts": ["sns.*.amazonaws.com"], "names": ["sns.amazonaws.com"]})j";
  constexpr std::string_view kEndpoint =
      R"j({"key_endpoint": {"url": "https://k.example.com/key", "key": "key"}, "hosts": ["k.example.com"]})j";
  constexpr std::string_view kOwnEndpoint =
      R"j({"key_endpoint": {"url": "https://k.example.com/key", "key": "key", "json": {"id": "{secret.id}"}}, "hosts": ["k.example.com"]})j";
  constexpr std::string_view kWrong = "/verify/0: its key signs for every customer of the provider";
  for (const auto key : {kJwks, kCertificate, kEndpoint}) {
    EXPECT_THAT(faults_of(signed_by_all(key, "", "[]")), HasSubstr(kWrong)) << key;
    EXPECT_THAT(faults_of(signed_by_all(key, R"j(, "identity": [{"value": "TopicArn"}])j", "[]")), HasSubstr(kWrong))
        << "present is not equal";
    EXPECT_THAT(faults_of(signed_by_all(key, R"j(, "identity": [{"value": "TopicArn", "equals": "arn"}])j", "[]")), HasSubstr(kWrong))
        << "the same for every tenant";
    EXPECT_EQ(faults_of(signed_by_all(key, R"j(, "identity": [{"value": "TopicArn", "equals": "{param.mine}"}])j")), "") << key;
    EXPECT_THAT(faults_of(signed_by_all(key, R"j(, "identity": [{"value": "TopicArn", "equals": "{param.mine}"}])j",
                                        R"j([{"name": "mine", "optional": true}])j")),
                HasSubstr(kWrong))
        << "what may be left out compares nothing";
  }
  const auto itself = signed_by_all(kCertificate, R"j(, "identity": [{"value": "param(mine)", "equals": "{param.mine}"}])j");
  EXPECT_THAT(faults_of(itself), HasSubstr("/verify/0/identity/0/value: is nothing of the request"));
  EXPECT_THAT(faults_of(itself), HasSubstr(kWrong)) << "a parameter equals itself whoever signed";
  auto over = signed_by_all(kCertificate, "");
  over.at("verify").at(0).at("message").as_array().push_back(json::parse(R"j({"parameter": "mine"})j"));
  EXPECT_EQ(faults_of(over), "") << "PayPal signs the webhook's id";
  EXPECT_EQ(faults_of(signed_by_all(kJwks, R"j(, "claims": {"audience": "{param.mine}"})j")), "");
  EXPECT_EQ(faults_of(signed_by_all(kJwks, R"j(, "claims": {"email": "{param.mine}"})j")), "");
  EXPECT_EQ(faults_of(signed_by_all(kJwks, R"j(, "claims": {"require": {"tid": "{param.mine}"}})j")), "");
  EXPECT_THAT(faults_of(signed_by_all(kJwks, R"j(, "claims": {"issuer": "https://all.example", "audience": "fixed"})j", "[]")),
              HasSubstr(kWrong));
  EXPECT_EQ(faults_of(signed_by_all(kOwnEndpoint, "", "[]")), "") << "the endpoint gives the keys of its own customer";
}

}  // namespace
}  // namespace valetkey::services
