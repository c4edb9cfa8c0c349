// Faults that receivers of webhooks really shipped, by their number in the survey of providers, each played against the presets that ship.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "adapters/catalog/load_presets.hpp"
#include "model/encoding.hpp"
#include "services/declared_verification.hpp"
#include "services/document/read_document.hpp"
#include "services/library/preset_library.hpp"
#include "services/mac.hpp"
#include "services/parse/read_events.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey {
namespace {

using model::Pairs;
using services::HashAlgorithm;
using services::Outcome;
using services::Verdict;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr std::string_view kBody = R"({"type":"a","events":[],"id":1})";
constexpr std::int64_t kNow = 1'767'225'600;  // 2026-01-01T00:00:00Z

const services::PresetLibrary& library() {
  static const auto read = [] {
    const auto files = adapters::catalog::load_embedded_presets();
    return *services::PresetLibrary::read(files->documents());
  }();
  return read;
}

/// Nothing can be fetched; who asks is noted.
class NoNetwork final : public ports::HttpClient {
 public:
  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override {
    asked.push_back(request.url);
    co_return ports::HttpResponse{.status = 404, .headers = {}, .body = {}};
  }
  std::vector<std::string> asked;
};

/// What verifies; made once, for it reads the roots that the system trusts.
struct World {
  test::SteppedClock clock;
  test::RecordedMetrics metrics;
  NoNetwork network;
  services::KeyFetch keys{network, clock, metrics, {}};
  services::DeclaredVerification verification{keys, network};
};
World& world() {
  static World all;
  return all;
}

/// One application's endpoint, with a value for each secret and parameter of its preset.
struct Endpoint {
  explicit Endpoint(std::string_view slug) : document(library().find(slug)) {
    if (!document) throw std::runtime_error("no preset " + std::string(slug));
    for (const auto& secret : document->secrets)
      if (secret.from != services::DeclaredSecret::From::kHandshake) values.secrets[secret.name] = {model::Secret("secret")};
    for (const auto& parameter : document->parameters) values.parameters[parameter.name] = "parameter";
  }

  Verdict verify(std::string_view body, Pairs headers, std::string_view query = "") {
    const services::Incoming request{.method = "POST",
                                     .path = "/hooks/x/k",
                                     .query_text = std::string(query),
                                     .headers = std::move(headers),
                                     .body = std::string(body),
                                     .public_url = "https://hooks.example/hooks/x/k",
                                     .received_at = model::from_unix_ms(kNow * 1000)};
    world().network.asked.clear();
    return test::run(world().verification.verify(*document, request, values, model::TenantId("ten_faults"), services::Run::kLive));
  }
  Outcome outcome(std::string_view body, Pairs headers) { return verify(body, std::move(headers)).outcome; }

  std::shared_ptr<const services::ServiceDocument> document;
  services::EndpointValues values;
};

std::string hmac(std::string_view message) { return services::hmac_of(HashAlgorithm::kSha256, "secret", message); }
std::string hex(std::string_view message) { return model::to_hex(hmac(message)); }
Pairs github(std::string signature) { return {{"x-hub-signature-256", std::move(signature)}}; }

/// A body that begins a challenge of no preset, so that what comes back is about the signature.
TEST(ReceiverFaults, fault_01_signature_is_not_optional) {
  for (const auto& document : library().list()) {
    if (document->verify.empty()) continue;
    Endpoint endpoint(document->slug);
    for (const Pairs& headers : {Pairs{}, Pairs{{"content-type", "application/json"}}})
      EXPECT_EQ(endpoint.outcome(kBody, headers), Outcome::kRejected) << document->slug;
  }
}

TEST(ReceiverFaults, fault_02_every_preset_that_reads_events_verifies_them) {
  for (const auto& document : library().list())
    if (document->event || document->action) EXPECT_FALSE(document->verify.empty()) << document->slug;
}

TEST(ReceiverFaults, fault_03_without_a_secret_nothing_is_verified) {
  Endpoint good("github");
  EXPECT_EQ(good.outcome(kBody, github("sha256=" + hex(kBody))), Outcome::kVerified);
  const auto of_nothing = model::to_hex(services::hmac_of(HashAlgorithm::kSha256, "", kBody));
  for (const auto& document : library().list()) {
    if (document->verify.empty()) continue;
    Endpoint endpoint(document->slug);
    endpoint.values = {};
    EXPECT_NE(endpoint.outcome(kBody, github("sha256=" + of_nothing)), Outcome::kVerified) << document->slug;
    for (const auto& secret : document->secrets) endpoint.values.secrets[secret.name] = {model::Secret()};
    EXPECT_NE(endpoint.outcome(kBody, github("sha256=" + of_nothing)), Outcome::kVerified) << document->slug << ": an empty secret";
  }
}

TEST(ReceiverFaults, fault_04_the_bytes_that_came_are_signed) {
  const std::string_view bodies[] = {R"({"b": 1.10, "a": "\u00e9\/", "n": 12345678901234567890})", "{\"a\":1}\n",
                                     "  {\"b\":1,\"a\":2,\"a\":3}  "};
  for (const auto body : bodies) {
    Endpoint endpoint("github");
    EXPECT_EQ(endpoint.outcome(body, github("sha256=" + hex(body))), Outcome::kVerified) << body;
    const auto again = boost::json::serialize(boost::json::parse(body));
    ASSERT_NE(again, body);
    EXPECT_EQ(endpoint.outcome(body, github("sha256=" + hex(again))), Outcome::kRejected) << body;
  }
}

/// What is compared are bytes, in constant time (Secret::equals); so how they are written does not matter.
TEST(ReceiverFaults, fault_05_decoded_bytes_are_compared) {
  auto signature = hex(kBody);
  for (auto& c : signature) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  Endpoint endpoint("github");
  EXPECT_EQ(endpoint.outcome(kBody, github("sha256=" + signature)), Outcome::kVerified);
}

TEST(ReceiverFaults, fault_06_a_signature_of_any_length_is_only_refused) {
  const auto whole = "sha256=" + hex(kBody);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(Endpoint("github").outcome(kBody, github(whole.substr(0, length))), Outcome::kRejected) << length;
  for (const auto& longer : {whole + "00", whole + "0", whole + whole, std::string(100'000, 'a')})
    EXPECT_EQ(Endpoint("github").outcome(kBody, github(longer)), Outcome::kRejected);
}

TEST(ReceiverFaults, fault_07_base64_is_not_made_to_fit) {
  std::string body;
  std::string signature;
  for (int i = 0; signature.find('/') == std::string::npos; ++i) {
    body = R"({"events":[],"i":)" + std::to_string(i) + "}";
    signature = model::to_base64(hmac(body));
  }
  const auto xero = [&](std::string_view text) { return Endpoint("xero").outcome(body, {{"x-xero-signature", std::string(text)}}); };
  EXPECT_EQ(xero(signature), Outcome::kVerified);
  auto without = signature;
  std::erase(without, '/');
  auto url_safe = signature;
  for (auto& c : url_safe) c = c == '/' ? '_' : c;
  EXPECT_EQ(xero(without), Outcome::kRejected);
  EXPECT_EQ(xero(url_safe), Outcome::kRejected);
}

TEST(ReceiverFaults, fault_08_a_password_may_hold_a_colon) {
  const auto read = services::read_service_document(
      boost::json::parse(R"({"secrets": [{"name": "login"}], "verify": [{"scheme": "basic", "key": {"secret": "login"}}]})"));
  ASSERT_TRUE(read);
  Endpoint endpoint("github");
  endpoint.document = std::make_shared<const services::ServiceDocument>(*read);
  endpoint.values.secrets["login"] = {model::Secret("user:pass:word")};
  const auto sent = [&](std::string_view text) { return endpoint.outcome(kBody, {{"authorization", "Basic " + model::to_base64(text)}}); };
  EXPECT_EQ(sent("user:pass:word"), Outcome::kVerified);
  EXPECT_EQ(sent("user:pass"), Outcome::kRejected);
}

TEST(ReceiverFaults, fault_09_a_form_is_not_verified_as_json) {
  constexpr std::string_view kForm = "a=1&b=2";
  const auto sent = [&](std::string_view what_is_signed) {
    return Endpoint("github").outcome(
        kForm, {{"content-type", "application/x-www-form-urlencoded"}, {"x-hub-signature-256", "sha256=" + hex(what_is_signed)}});
  };
  EXPECT_EQ(sent(kForm), Outcome::kVerified);
  for (const auto* json : {R"({"a":"1","b":"2"})", R"({"a":1,"b":2})", R"({"a": "1", "b": "2"})"})
    EXPECT_EQ(sent(json), Outcome::kRejected);
}

Outcome stripe_at(std::int64_t time) {
  const auto text = std::to_string(time);
  return Endpoint("stripe").outcome(kBody, {{"stripe-signature", "t=" + text + ",v1=" + hex(text + "." + std::string(kBody))}});
}

TEST(ReceiverFaults, fault_10_time_runs_out_in_both_directions) {
  EXPECT_EQ(stripe_at(kNow), Outcome::kVerified);
  EXPECT_EQ(stripe_at(kNow + 300), Outcome::kVerified);
  EXPECT_EQ(stripe_at(kNow + 301), Outcome::kRejected);
  EXPECT_EQ(stripe_at(kNow - 300), Outcome::kVerified);
  EXPECT_EQ(stripe_at(kNow - 301), Outcome::kRejected);
  EXPECT_EQ(stripe_at(kNow + 10LL * 365 * 86400), Outcome::kRejected);
}

TEST(ReceiverFaults, fault_11_each_of_several_signatures_counts) {
  const auto time = std::to_string(kNow);
  const auto good = hex(time + ":" + std::string(kBody));
  const auto bad = hex("another");
  const auto paddle = [&](const std::string& list) {
    return Endpoint("paddle").outcome(kBody, {{"paddle-signature", "ts=" + time + list}});
  };
  EXPECT_EQ(paddle(";h1=" + good + ";h1=" + bad), Outcome::kVerified);
  EXPECT_EQ(paddle(";h1=" + bad + ";h1=" + good), Outcome::kVerified);
  EXPECT_EQ(paddle(";h1=" + bad + ";h1=" + bad), Outcome::kRejected);
}

TEST(ReceiverFaults, fault_12_a_handshake_sets_no_secret_outside_its_window) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"notion", R"({"verification_token":"evil"})"}, {"asana", "{}"}};
  for (const auto& [slug, body] : cases) {
    const auto shaken = [&](Endpoint& endpoint) { return endpoint.verify(body, {{"x-hook-secret", "evil"}}); };
    Endpoint closed(slug);
    EXPECT_EQ(shaken(closed).outcome, Outcome::kRejected) << slug;
    Endpoint open(slug);
    open.values.accepts_handshake = true;
    const auto first = shaken(open);
    EXPECT_EQ(first.outcome, Outcome::kChallenge) << slug;
    EXPECT_FALSE(first.store_secret.empty()) << slug;
    open.values.secrets[first.store_secret] = {model::Secret("first")};
    EXPECT_EQ(shaken(open).outcome, Outcome::kRejected) << slug << ": the first value wins";
  }
}

TEST(ReceiverFaults, fault_13_a_key_is_not_fetched_where_the_request_says) {
  for (const auto* url :
       {"https://evil.example/cert.pem", "https://sns.eu-west-1.amazonaws.com.evil.example/cert.pem",
        "https://evil.example/?sns.eu-west-1.amazonaws.com.pem", "http://sns.eu-west-1.amazonaws.com/cert.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/cert.pem", "https://127.0.0.1/cert.pem", "file:///etc/passwd"}) {
    Endpoint sns("aws-sns");
    const boost::json::value body = {{"Type", "Notification"}, {"SignatureVersion", "2"}, {"TopicArn", "parameter"},
                                     {"Message", "m"},         {"MessageId", "i"},        {"Timestamp", "2026-01-01T00:00:00Z"},
                                     {"Signature", "AAAA"},    {"SigningCertURL", url}};
    EXPECT_EQ(sns.outcome(boost::json::serialize(body), {}), Outcome::kRejected) << url;
    EXPECT_THAT(world().network.asked, IsEmpty()) << url;
    Endpoint paypal("paypal");
    EXPECT_EQ(paypal.outcome(kBody, {{"paypal-cert-url", url},
                                     {"paypal-transmission-id", "i"},
                                     {"paypal-transmission-time", "2026-01-01T00:00:00Z"},
                                     {"paypal-transmission-sig", "AAAA"}}),
              Outcome::kRejected)
        << url;
    EXPECT_THAT(world().network.asked, IsEmpty()) << url;
  }
}

TEST(ReceiverFaults, fault_14_a_type_that_is_not_signed_is_told) {
  struct Case {
    std::string_view slug;
    Pairs headers;
    std::vector<std::string> told;
  };
  const Case cases[] = {
      {"github", {{"x-github-event", "push"}, {"x-github-delivery", "d"}}, {"event_type", "event_id"}},
      {"shopify",
       {{"x-shopify-topic", "orders/paid"}, {"x-shopify-webhook-id", "d"}, {"x-shopify-shop-domain", "s"}},
       {"event_type", "event_id", "app_user_id"}},
      {"woocommerce", {{"x-wc-webhook-topic", "order.created"}, {"x-wc-webhook-delivery-id", "d"}}, {"event_type", "event_id"}},
      {"gitlab", {{"x-gitlab-event", "Push Hook"}}, {"event_type", "event_payload"}},
  };
  for (const auto& [slug, headers, told] : cases) {
    Endpoint endpoint(slug);
    const services::Incoming request{
        .method = "POST", .path = "/", .query_text = {}, .headers = headers, .body = std::string(kBody), .public_url = {}};
    // Of a signature over the raw body, and of a static token, which covers nothing.
    const Verdict verified{.outcome = Outcome::kVerified, .covers_body = slug != "gitlab"};
    const auto read = services::read_events(*endpoint.document, request, endpoint.values, verified);
    ASSERT_TRUE(read) << slug;
    EXPECT_THAT(read->messages.at(0).unsigned_members, IsSupersetOf(told)) << slug;
  }
}

}  // namespace
}  // namespace valetkey
