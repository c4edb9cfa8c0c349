#include "services/challenge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "services/document/read_document.hpp"
#include "services/mac.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::Pair;

constexpr std::string_view kVerify =
    R"j("verify": [{"scheme": "hmac", "algorithm": "sha256", "key": {"secret": "key"}, "signature": {"header": "x-sig"}, "message": [{"const": "v0:"}, "raw"]}])j";

/// A document of one challenge, beside a verification that does not matter here.
ServiceDocument with(std::string_view challenge, std::string_view from = "operator") {
  const auto text = R"j({"secrets": [{"name": "key", "from": ")j" + std::string(from) + "\"}], " + std::string(kVerify) +
                    ", \"challenges\": [" + std::string(challenge) + "]}";
  auto read = read_service_document(json::parse(text));
  EXPECT_TRUE(read) << text << (read ? "" : read.error().fields.at(0).pointer + read.error().fields.at(0).detail);
  return read ? std::move(*read) : ServiceDocument{};
}

Incoming request(std::string method, std::string query, std::string body = "", model::Pairs headers = {}) {
  return {.method = std::move(method),
          .path = "/hooks/x/k",
          .query_text = std::move(query),
          .headers = std::move(headers),
          .body = std::move(body),
          .public_url = {}};
}

EndpointValues values() {
  EndpointValues out;
  out.secrets["key"] = {model::Secret("new"), model::Secret("old")};
  return out;
}

TEST(Challenge, slack_echoes_a_member_after_verification) {
  const auto slack = with(
      R"j({"when": [{"body": "type", "equals": "url_verification"}], "signed": true, "reply": {"json": {"challenge": "{challenge}"}}})j");
  const auto asked = request("POST", "", R"j({"type": "url_verification", "challenge": "a\"},<b>\u0001"})j");
  EXPECT_FALSE(answer_challenge(slack, asked, values(), false));
  const Verdict verified{.outcome = Outcome::kVerified, .signed_headers = {"x-time"}};
  const auto answer = answer_challenge(slack, asked, values(), true, &verified);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, Outcome::kChallenge);
  EXPECT_THAT(answer->signed_headers, ElementsAre("x-time")) << "what verification found stays";
  EXPECT_EQ(json::parse(answer->reply->body).at("challenge").as_string(), "a\"},<b>\x01");
  EXPECT_EQ(answer->reply->content_type, "application/json");
  EXPECT_FALSE(answer_challenge(slack, request("POST", "", R"j({"type": "event"})j"), values(), true, &verified));
}

TEST(Challenge, meta_compares_its_token_first) {
  const auto meta = with(R"j({"when": [{"method": "GET"}, {"query": "hub.mode", "equals": "subscribe"}],
    "check": [{"value": "query(hub.verify_token)", "equals": "{secret.key}"}], "reply": {"body": "{query(hub.challenge)}"}})j");
  const auto asked = [&](std::string token) {
    return answer_challenge(meta, request("GET", "hub.mode=subscribe&hub.verify_token=" + token + "&hub.challenge=1158201444"), values(),
                            false);
  };
  EXPECT_EQ(asked("new")->reply->body, "1158201444");
  EXPECT_EQ(asked("new")->reply->content_type, "text/plain");
  EXPECT_EQ(asked("old")->outcome, Outcome::kChallenge) << "every stored value is tried";
  EXPECT_EQ(asked("wrong")->outcome, Outcome::kRejected);
  EXPECT_EQ(asked("wrong")->reason, "challenge_check_failed");
  EXPECT_EQ(asked("")->outcome, Outcome::kRejected);
}

ServiceDocument zoom() {
  return with(R"j({"when": [{"body": "event", "equals": "endpoint.url_validation"}], "signed": true,
    "reply": {"json": {"plainToken": "{payload.plainToken}", "encryptedToken": "{hmac(sha256, key, payload.plainToken, hex)}"}}})j");
}

std::optional<Verdict> asked_zoom(std::string_view token) {
  const json::value body = {{"event", "endpoint.url_validation"}, {"payload", {{"plainToken", token}}}};
  const Verdict verified{.outcome = Outcome::kVerified};
  return answer_challenge(zoom(), request("POST", "", json::serialize(body)), values(), true, &verified);
}

TEST(Challenge, zoom_gets_the_hmac_of_its_token) {
  const auto answer = asked_zoom("qgg8vlvZRS6UYooatFL8Aw");
  ASSERT_TRUE(answer);
  const auto body = json::parse(answer->reply->body);
  EXPECT_EQ(body.at("plainToken").as_string(), "qgg8vlvZRS6UYooatFL8Aw");
  EXPECT_EQ(body.at("encryptedToken").as_string(), model::to_hex(hmac_of(HashAlgorithm::kSha256, "new", "qgg8vlvZRS6UYooatFL8Aw")));
}

/// Whoever asks gets no signature of what an application could have signed.
TEST(Challenge, security_s26_signs_nothing_beyond_the_alphabet) {
  EXPECT_EQ(asked_zoom(std::string(128, 'a'))->outcome, Outcome::kChallenge);
  const std::string refused[] = {"", std::string(129, 'a'), "v0:1531420618:{}", "{\"a\":1}", "a b", "a\nb", "a.b", "a&b", "\xc3\xa9", "a%"};
  for (const auto& token : refused) {
    const auto answer = asked_zoom(token);
    ASSERT_TRUE(answer) << token;
    EXPECT_EQ(answer->outcome, Outcome::kRejected) << token;
    EXPECT_EQ(answer->reason, "challenge_value_refused") << token;
    EXPECT_FALSE(answer->reply) << token;
  }
}

TEST(Challenge, hmac_without_a_secret_is_refused) {
  const auto body = R"j({"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}})j";
  EXPECT_EQ(answer_challenge(zoom(), request("POST", "", body), {}, true)->outcome, Outcome::kRejected);
}

ServiceDocument asana() {
  return with(R"j({"when": [{"header": "x-hook-secret"}], "store": {"secret": "key", "value": "header(x-hook-secret)"},
    "reply": {"headers": {"X-Hook-Secret": "{header(x-hook-secret)}"}}})j",
              "handshake");
}

std::optional<Verdict> shaken(const EndpointValues& endpoint, std::string secret) {
  return answer_challenge(asana(), request("POST", "", "", {{"x-hook-secret", std::move(secret)}}), endpoint, false);
}

TEST(Challenge, security_s31_handshake_in_its_window_and_once) {
  EndpointValues open;
  open.accepts_handshake = true;
  const auto first = shaken(open, "s3cret");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->outcome, Outcome::kChallenge);
  EXPECT_EQ(first->store_secret, "key");
  EXPECT_TRUE(first->store_value == model::Secret("s3cret"));
  EXPECT_THAT(first->reply->headers, ElementsAre(Pair("x-hook-secret", "s3cret")));

  EXPECT_EQ(shaken({}, "s3cret")->reason, "handshake_closed");
  auto known = open;
  known.secrets["key"] = {model::Secret("before")};
  EXPECT_EQ(shaken(known, "s3cret")->reason, "handshake_done");
  for (const auto& unfit : {std::string(), std::string("a\r\nSet-Cookie: x"), std::string(1025, 'a')})
    EXPECT_EQ(shaken(open, unfit)->reason, "handshake_value_unfit");
  for (const auto& refused : {shaken({}, "s3cret"), shaken(known, "s3cret")}) {
    EXPECT_EQ(refused->outcome, Outcome::kRejected);
    EXPECT_EQ(refused->store_secret, "");
  }
}

TEST(Challenge, security_s30_fetches_from_pinned_hosts_only) {
  const auto sns = with(R"j({"when": [{"body": "Type", "equals": "SubscriptionConfirmation"}], "signed": true,
    "fetch": {"url": "SubscribeURL", "hosts": ["sns.*.amazonaws.com"]}})j");
  const auto asked = [&](std::string_view url) {
    const json::value body = {{"Type", "SubscriptionConfirmation"}, {"SubscribeURL", url}};
    const Verdict verified{.outcome = Outcome::kVerified};
    return *answer_challenge(sns, request("POST", "", json::serialize(body)), values(), true, &verified);
  };
  EXPECT_EQ(asked("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription").fetch_url,
            "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription");
  for (const auto* url : {"", "http://sns.eu-west-1.amazonaws.com/", "https://sns.eu-west-1.amazonaws.com:8443/", "https://evil.example/",
                          "https://sns.eu-west-1.amazonaws.com.evil.example/", "https://evil.example/sns.eu-west-1.amazonaws.com",
                          "https://sns.a.b.amazonaws.com/", "https://sns.amazonaws.com/", "https://u:p@sns.eu-west-1.amazonaws.com/",
                          "https://sns.eu-west-1.amazonaws.com@evil.example/", "https://127.0.0.1/", "http://169.254.169.254/"}) {
    const auto answer = asked(url);
    EXPECT_EQ(answer.outcome, Outcome::kRejected) << url;
    EXPECT_EQ(answer.fetch_url, "") << url;
  }
}

TEST(Challenge, security_s13_a_value_stays_in_its_header) {
  const auto echo = with(R"j({"when": [{"method": "GET"}], "reply": {"headers": {"x-echo": "{query(t)}"}}})j");
  EXPECT_THAT(answer_challenge(echo, request("GET", "t=plain"), values(), false)->reply->headers, ElementsAre(Pair("x-echo", "plain")));
  for (const auto* text : {"t=a%0d%0aSet-Cookie:%20b", "t=a%0ab", "t=a%00b", "t=%7f"})
    EXPECT_EQ(answer_challenge(echo, request("GET", text), values(), false)->outcome, Outcome::kRejected) << text;
}

TEST(Challenge, constant_json_and_empty_replies) {
  const auto discord =
      with(R"j({"when": [{"body": "type", "equals": "1"}], "reply": {"content_type": "application/json", "body": "{{\"type\":1}}"}},
    {"when": [{"method": "HEAD"}], "reply": {"status": 204}})j");
  EXPECT_EQ(answer_challenge(discord, request("POST", "", R"j({"type": 1})j"), values(), false)->reply->body, R"j({"type":1})j");
  const auto head = answer_challenge(discord, request("HEAD", ""), values(), false);
  EXPECT_EQ(head->reply->status, 204);
  EXPECT_EQ(head->reply->content_type, "");
}

}  // namespace
}  // namespace valetkey::services
