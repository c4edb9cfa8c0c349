#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "support/signing_key.hpp"
#include "support/verify_rig.hpp"

namespace valetkey::services::verify {
namespace {

namespace json = boost::json;
using test::ScriptedHttp;
using test::SigningKey;
using test::VerifyRig;

std::string set_of(const SigningKey& key, std::string_view kid) {
  return json::serialize(json::object{{"keys", json::array{key.jwk(kid)}}});
}

// A token that a provider's published key signs, for whoever its audience says.
class Published : public ::testing::Test {
 public:
  Published() {
    rig.values.parameters = {{"audience", "https://broker.example/hook"}};
    rig.http.answer = [this](const auto&) { return ScriptedHttp::reply(set_of(key, "one")); };
  }
  std::string claims(const std::string& audience = "https://broker.example/hook") {
    return R"({"exp":)" + std::to_string(rig.now() + 60) + R"(,"aud":")" + audience + R"("})";
  }
  std::string verify(const std::string& token) {
    rig.request.headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + token}};
    return rig.reason();
  }
  std::string verify_by(const SigningKey& signer, const std::string& kid, const std::string& text) {
    return verify(signer.token("RS256", R"({"alg":"RS256","kid":")" + kid + R"("})", text));
  }

  SigningKey key = SigningKey::rsa();
  VerifyRig rig{R"({"parameters":[{"name":"audience","title":"A","help":"..."}],"verify":[{"scheme":"jwt","algorithms":["RS256"],)"
                R"("key":{"jwks":"https://keys.example/jwks","hosts":["keys.example"]},"signature":{"bearer":true},)"
                R"("claims":{"audience":"{param.audience}"},"covers_body":false}]})"};
};

TEST_F(Published, the_key_that_the_token_names_verifies) {
  EXPECT_EQ(verify_by(key, "one", claims()), "");
  EXPECT_EQ(verify_by(key, "two", claims()), "key_unknown");
  EXPECT_EQ(verify_by(SigningKey::rsa(), "one", claims()), "signature_mismatch");
  EXPECT_EQ(rig.http.seen.size(), 1U);
}

TEST_F(Published, security_s27_a_token_for_somebody_else_is_refused) {
  EXPECT_EQ(verify_by(key, "one", claims("https://other.example/hook")), "audience_mismatch");
}

TEST_F(Published, a_key_that_a_token_brings_along_is_not_looked_at) {
  const auto own = SigningKey::rsa();
  const auto head =
      json::serialize(json::object{{"alg", "RS256"}, {"kid", "one"}, {"jwk", own.jwk("one")}, {"jku", "https://evil.example/jwks"}});
  EXPECT_EQ(verify(own.token("RS256", head, claims())), "signature_mismatch");
  for (const auto& request : rig.http.seen) EXPECT_EQ(request.url, "https://keys.example/jwks");
}

TEST_F(Published, security_s30_nothing_is_fetched_for_a_token_of_another_algorithm) {
  EXPECT_EQ(verify(test::mac_token("HS256", key.public_pem(), R"({"alg":"HS256","kid":"one"})", claims())), "algorithm_not_allowed");
  EXPECT_EQ(verify("x.y.z"), "token_malformed");
  EXPECT_TRUE(rig.http.seen.empty());
}

TEST_F(Published, a_key_that_cannot_be_fetched_is_no_verdict_on_the_request) {
  rig.http.answer = [](const auto&) { return ScriptedHttp::unreachable(); };
  EXPECT_EQ(verify_by(key, "one", claims()), "key_unavailable");
  const auto verdict = rig.verify();
  ASSERT_TRUE(verdict.reply);
  EXPECT_EQ(verdict.reply->status, 503);
}

// Amazon SNS: one signer for all customers, whose certificate the message names.
class Notifications : public ::testing::Test {
 public:
  static std::string member(const std::string& name, const std::string& value) { return "\"" + name + "\":\"" + value + "\""; }
  /// A message as Amazon signs it, with what is changed afterwards.
  std::string message(const std::string& type, const std::string& certificate_url, const std::string& topic = "arn:mine") {
    const std::string text = "Message\nhello\nMessageId\n1\n" +
                             std::string(type == "Notification" ? "" : "SubscribeURL\n" + subscribe_url + "\n") +
                             "Timestamp\n2026-01-01T00:00:00.000Z\nTopicArn\n" + topic + "\nType\n" + type + "\n";
    return "{" + member("Type", type) + "," + member("MessageId", "1") + "," + member("TopicArn", topic) + "," +
           member("Message", "hello") + "," + (type == "Notification" ? "" : member("SubscribeURL", subscribe_url) + ",") +
           member("Timestamp", "2026-01-01T00:00:00.000Z") + "," + member("SignatureVersion", "2") + "," +
           member("SigningCertURL", certificate_url) + "," + member("Signature", model::to_base64(key.sign("SHA256", text))) + "}";
  }
  Notifications() {
    rig.values.parameters = {{"topic", "arn:mine"}};
    rig.http.answer = [this](const ports::HttpRequest& request) {
      if (request.url.ends_with(".pem")) return ScriptedHttp::reply(certificate);
      return ScriptedHttp::reply("", confirm_status);
    };
  }

  std::string subscribe_url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";
  int confirm_status = 200;
  SigningKey key = SigningKey::rsa();
  std::string certificate = key.certificate_pem("sns.amazonaws.com", 3600);
  VerifyRig rig{R"({"parameters":[{"name":"topic","title":"T","help":"..."}],"verify":[)" +
                alternative(R"({"body":"Type","equals":"Notification"})", "") + "," +
                alternative(R"({"body":"Type"})", R"("SubscribeURL",)") +
                R"(],"challenges":[{"when":[{"body":"Type","equals":"SubscriptionConfirmation"}],"signed":true,"reply":{"status":200},)"
                R"("fetch":{"url":"SubscribeURL","hosts":["sns.*.amazonaws.com"]}}]})"};

  static std::string alternative(const std::string& when, const std::string& more) {
    return R"({"when":[)" + when +
           R"(],"scheme":"asymmetric","algorithm":"rsa_sha256","key":{"certificate_url":"SigningCertURL","hosts":["sns.*.amazonaws.com"],)"
           R"("path_suffix":".pem","names":["sns.amazonaws.com"]},"signature":{"body":"Signature","decode":"base64"},)"
           R"("message":[{"lines":["Message","MessageId",)" +
           more +
           R"("Timestamp","TopicArn","Type"]}],"timestamp":{"body":"Timestamp","unit":"rfc3339","past":300,"future":300},)"
           R"("identity":[{"value":"TopicArn","equals":"{param.topic}"}]})";
  }
  const std::string good_url = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem";
};

TEST_F(Notifications, are_verified_by_the_certificate_that_they_name) {
  rig.request.body = message("Notification", good_url);
  EXPECT_EQ(rig.reason(), "");
  rig.request.body.replace(rig.request.body.find("hello"), 5, "hallo");
  EXPECT_EQ(rig.reason(), "signature_mismatch");
}

// Fault 13 of real receivers: the address of the key was believed.
TEST_F(Notifications, security_s30_a_certificate_of_another_host_is_not_fetched) {
  for (const auto* url : {"https://sns.eu-west-1.amazonaws.com.evil.example/a.pem", "http://sns.eu-west-1.amazonaws.com/a.pem",
                          "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem"}) {
    rig.request.body = message("Notification", url);
    EXPECT_EQ(rig.reason(), "key_url_refused") << url;
    EXPECT_EQ(rig.verify().reply->status, 401);
  }
  EXPECT_TRUE(rig.http.seen.empty());
}

TEST_F(Notifications, security_s27_the_topic_of_another_customer_is_refused) {
  rig.request.body = message("Notification", good_url, "arn:theirs");
  EXPECT_EQ(rig.reason(), "identity_mismatch");
}

TEST_F(Notifications, a_certificate_whose_time_is_over_signs_nothing) {
  certificate = key.certificate_pem("sns.amazonaws.com", -1);
  rig.request.body = message("Notification", good_url);
  EXPECT_EQ(rig.reason(), "key_expired");
}

TEST_F(Notifications, security_s30_a_subscription_is_confirmed_after_it_is_verified) {
  rig.request.body = message("SubscriptionConfirmation", good_url, "arn:theirs");
  EXPECT_EQ(rig.verify(Run::kLive).reason, "identity_mismatch");
  ASSERT_EQ(rig.http.seen.size(), 1U);  // the certificate
  rig.request.body = message("SubscriptionConfirmation", good_url);
  const auto dry = rig.verify(Run::kDry);
  EXPECT_EQ(dry.outcome, Outcome::kChallenge);
  EXPECT_EQ(dry.fetch_url, subscribe_url);
  EXPECT_EQ(rig.http.seen.size(), 1U);
  const auto live = rig.verify(Run::kLive);
  EXPECT_EQ(live.outcome, Outcome::kChallenge);
  EXPECT_EQ(live.fetch_url, "");
  ASSERT_EQ(rig.http.seen.size(), 2U);
  EXPECT_EQ(rig.http.seen[1].url, subscribe_url);
}

TEST_F(Notifications, security_s30_a_subscription_is_confirmed_at_pinned_hosts_alone) {
  subscribe_url = "https://evil.example/?Action=ConfirmSubscription";
  rig.request.body = message("SubscriptionConfirmation", good_url);
  EXPECT_EQ(rig.verify(Run::kLive).outcome, Outcome::kRejected);
  EXPECT_EQ(rig.http.seen.size(), 1U);
}

TEST_F(Notifications, a_confirmation_that_fails_is_asked_for_again) {
  confirm_status = 302;
  rig.request.body = message("SubscriptionConfirmation", good_url);
  const auto verdict = rig.verify(Run::kLive);
  EXPECT_EQ(verdict.reason, "fetch_failed");
  EXPECT_EQ(verdict.reply->status, 503);
}

// Plaid: the key is asked for with the client's own secret, by the id in the token's header.
TEST(KeyEndpoint, is_asked_for_the_key_that_the_token_names) {
  const auto key = SigningKey::ec("P-256");
  VerifyRig rig(
      R"({"secrets":[{"name":"secret","title":"S","help":"..."}],"parameters":[{"name":"client_id","title":"C","help":"..."}],"verify":[{)"
      R"("scheme":"jwt","algorithms":["ES256"],"key":{"key_endpoint":{"url":"https://keys.example/get","method":"POST",)"
      R"("json":{"client_id":"{param.client_id}","secret":"{secret.secret}","key_id":"{kid}"},"key":"key","expired":"key.expired_at"},)"
      R"("hosts":["keys.example"]},"signature":{"header":"plaid-verification"},"claims":{"max_age":300},)"
      R"("body_digest":{"from":"claim","name":"request_body_sha256","algorithm":"sha256","encoding":"hex"},)"
      R"("identity":[{"value":"item_id"}]}]})");
  rig.set_secret("secret", "client-secret");
  rig.values.parameters = {{"client_id", "client"}};
  rig.http.answer = [&](const auto&) { return ScriptedHttp::reply(json::serialize(json::object{{"key", key.jwk("one")}})); };
  rig.request.body = R"({"item_id":"item"})";
  const auto claims =
      R"({"iat":)" + std::to_string(rig.now()) + R"(,"request_body_sha256":")" + model::sha256_hex(rig.request.body) + R"("})";
  rig.add_header("plaid-verification", key.token("ES256", R"({"alg":"ES256","kid":"one"})", claims));
  EXPECT_EQ(rig.reason(), "");
  ASSERT_EQ(rig.http.seen.size(), 1U);
  EXPECT_EQ(rig.http.seen[0].body, R"({"client_id":"client","key_id":"one","secret":"client-secret"})");
  rig.values.secrets.clear();
  EXPECT_EQ(rig.reason(), "secret_missing");
  EXPECT_EQ(rig.http.seen.size(), 1U);
}

}  // namespace
}  // namespace valetkey::services::verify
