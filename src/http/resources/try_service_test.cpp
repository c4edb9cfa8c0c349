#include <gmock/gmock.h>

#include "model/encoding.hpp"
#include "support/services_rig.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kBody = R"({"action":"opened","sender":{"id":7}})";

class TryServiceTest : public testing::Test {
 public:
  test::ServicesRig rig;

  static std::string signature(std::string_view body = kBody) { return "sha256=" + model::to_hex(model::hmac_sha256("the-secret", body)); }
  /// A body of the route for the preset, as it would be accepted.
  static json::object trial() {
    return {{"service", "preset/github"},
            {"secrets", {{"signing_secret", "the-secret"}}},
            {"now", "2026-01-01T00:00:00Z"},
            {"request",
             {{"method", "POST"},
              {"url", "https://broker.example/hooks/github/key"},
              {"headers", json::array{json::array{"X-Hub-Signature-256", signature()}, json::array{"X-GitHub-Event", "issues"},
                                      json::array{"X-GitHub-Delivery", "d-1"}}},
              {"body", kBody}}}};
  }
  test::AdminRig::Answer run(const json::object& body) { return rig.post("/v1/services/try", json::serialize(body)); }
};

TEST_F(TryServiceTest, a_signed_request_is_verified_and_read) {
  const auto answer = run(trial());
  ASSERT_EQ(answer.status, 200) << answer.raw.body;
  EXPECT_EQ(answer.text("outcome"), "verified") << answer.raw.body;
  EXPECT_TRUE(answer.at("reason").is_null());
  EXPECT_EQ(answer.at("response").at("status").to_number<int>(), 200);
  ASSERT_EQ(answer.at("events").as_array().size(), 1U);
  const auto& event = answer.at("events").at(0);
  EXPECT_EQ(event.at("eventType"), "issues.opened");
  EXPECT_EQ(event.at("eventId"), "d-1");
  EXPECT_EQ(event.at("appUserId"), "7");
  EXPECT_EQ(event.at("eventPayload"), json::parse(kBody));
  EXPECT_EQ(event.at("validRequest"), true);
  EXPECT_TRUE(event.at("occurredAt").is_null());
  EXPECT_EQ(json::serialize(event.at("unsigned")), R"(["eventType","eventId"])");
  EXPECT_FALSE(answer.at("steps").as_array().empty());
}

TEST_F(TryServiceTest, security_s34_no_answer_shows_the_signature_that_was_expected) {
  auto body = trial();
  body.at("request").at("body") = R"({"action":"closed"})";
  const auto answer = run(body);
  EXPECT_EQ(answer.text("outcome"), "rejected");
  EXPECT_EQ(answer.text("reason"), "signature_mismatch");
  EXPECT_EQ(answer.at("response").at("status").to_number<int>(), 401);
  EXPECT_TRUE(answer.at("events").as_array().empty());
  const auto expected = signature(R"({"action":"closed"})").substr(7);
  EXPECT_THAT(answer.raw.body, testing::Not(HasSubstr(expected)));
  EXPECT_THAT(answer.raw.body, testing::Not(HasSubstr(model::to_base64(*model::from_hex(expected)))));
  EXPECT_THAT(answer.raw.body, testing::Not(HasSubstr("the-secret")));
  EXPECT_THAT(answer.raw.body, HasSubstr(R"({\"action\":\"closed\"})"));  // the bytes that were signed
}

TEST_F(TryServiceTest, every_value_of_a_secret_is_tried) {
  auto body = trial();
  body["secrets"] = json::object{{"signing_secret", json::array{"newer", "the-secret"}}};
  EXPECT_EQ(run(body).text("outcome"), "verified");
  body["secrets"] = json::object{{"signing_secret", json::array{"newer"}}};
  EXPECT_EQ(run(body).text("reason"), "signature_mismatch");
  body["secrets"] = json::object{};
  EXPECT_EQ(run(body).text("outcome"), "rejected");
}

TEST_F(TryServiceTest, bytes_come_as_base64) {
  const std::string bytes("\xff\x00{", 3);
  auto body = trial();
  auto& request = body.at("request").as_object();
  request.erase("body");
  request["body_base64"] = model::to_base64(bytes);
  request["headers"].as_array()[0] = json::array{"x-hub-signature-256", signature(bytes)};
  const auto answer = run(body);
  EXPECT_EQ(answer.text("outcome"), "verified") << answer.raw.body;
  EXPECT_EQ(answer.text("reason"), "unparsed");  // acknowledged, kept, and parsed again later
  EXPECT_TRUE(answer.at("events").as_array().empty());
}

TEST_F(TryServiceTest, one_kind_alone) {
  auto body = trial();
  body["kind"] = "webhook_event_verification";
  const auto verified = run(body);
  EXPECT_EQ(verified.text("outcome"), "verified");
  EXPECT_TRUE(verified.at("events").as_array().empty());
  EXPECT_TRUE(verified.at("response").is_null());
  body["kind"] = "webhook_parser";
  body.erase("secrets");
  const auto parsed = run(body);
  EXPECT_EQ(parsed.text("outcome"), "parsed") << parsed.raw.body;
  EXPECT_EQ(parsed.at("events").as_array().size(), 1U);
  body.at("request").at("body") = "no json";
  EXPECT_EQ(run(body).text("outcome"), "unparsed");
}

TEST_F(TryServiceTest, a_document_in_the_body_is_read_as_if_it_were_saved) {
  auto body = trial();
  auto document = json::parse(test::ServicesRig::kGithub).as_object();
  for (const auto* member : {"slug", "confidence"}) document.erase(member);
  body["service"] = document;
  EXPECT_EQ(run(body).text("outcome"), "verified");
  document["verify"].at(0).as_object()["algorithm"] = "md5";
  document["nonsense"] = 1;
  body["service"] = document;
  const auto refused = run(body);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.pointers(), testing::IsSupersetOf({"/service/verify/0/algorithm", "/service/nonsense"}));
}

TEST_F(TryServiceTest, a_service_of_ones_own_is_tried_by_its_id_and_no_other_tenant_finds_it) {
  auto document = json::parse(test::ServicesRig::kGithub).as_object();
  for (const auto* member : {"slug", "confidence"}) document.erase(member);
  const auto made = rig.post("/v1/services", json::serialize(json::object{{"name", "mine"}, {"document", document}}));
  ASSERT_EQ(made.status, 201) << made.raw.body;
  auto body = trial();
  body["service"] = made.text("id");
  EXPECT_EQ(run(body).text("outcome"), "verified");
  const auto other = rig.call("POST", "/v1/services/try", rig.other, json::serialize(body));
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.pointers(), ElementsAre("/service"));
}

TEST_F(TryServiceTest, what_is_wrong_is_told_with_pointers) {
  const auto pointers = [&](std::string_view member, json::value value) {
    auto body = trial();
    body[member] = std::move(value);
    const auto answer = run(body);
    EXPECT_EQ(answer.status, 422) << answer.raw.body;
    return answer.pointers();
  };
  EXPECT_THAT(pointers("service", "preset/nobody"), ElementsAre("/service"));
  EXPECT_THAT(pointers("service", "serv_nobody"), ElementsAre("/service"));
  EXPECT_THAT(pointers("service", 7), ElementsAre("/service"));
  EXPECT_THAT(pointers("service", json::object{{"implementation", "http"}}), ElementsAre("/service/implementation"));
  EXPECT_THAT(pointers("kind", "nonsense"), ElementsAre("/kind"));
  EXPECT_THAT(pointers("kind", "token_validation"), ElementsAre("/kind"));
  EXPECT_THAT(pointers("kind", "user_id_mapper"), ElementsAre("/kind"));
  EXPECT_THAT(pointers("secrets", json::object{{"other", "x"}}), ElementsAre("/secrets/other"));
  EXPECT_THAT(pointers("secrets", json::object{{"signing_secret", json::array{}}}), ElementsAre("/secrets/signing_secret"));
  EXPECT_THAT(pointers("secrets", "x"), ElementsAre("/secrets"));
  EXPECT_THAT(pointers("parameters", json::object{{"other", "x"}}), ElementsAre("/parameters/other"));
  EXPECT_THAT(pointers("now", "yesterday"), ElementsAre("/now"));
  EXPECT_THAT(pointers("public_url", "https://a.example/x?y"), ElementsAre("/public_url"));
  EXPECT_THAT(pointers("request", nullptr), ElementsAre("/request"));
  EXPECT_THAT(pointers("request", json::object{{"headers", json::array{json::array{"a"}}}}), ElementsAre("/request/headers/0"));
  EXPECT_THAT(pointers("request", json::object{{"url", "ftp://x"}}), ElementsAre("/request/url"));
  EXPECT_THAT(pointers("request", json::object{{"body", "a"}, {"body_base64", "YQ=="}}), ElementsAre("/request/body"));
  EXPECT_THAT(pointers("request", json::object{{"body_base64", "YQ"}}), ElementsAre("/request/body_base64"));
  EXPECT_THAT(pointers("colour", 1), ElementsAre("/colour"));
}

TEST_F(TryServiceTest, it_needs_services_read_and_keeps_nothing) {
  const auto without = rig.key(ScopeSet::all().without({Scope::kServicesRead}));
  EXPECT_EQ(rig.call("POST", "/v1/services/try", without, json::serialize(trial())).status, 403);
  const auto reader = rig.key({Scope::kServicesRead});
  const auto entries = rig.audit(rig.engine.tenant.str()).size();
  EXPECT_EQ(rig.call("POST", "/v1/services/try", reader, json::serialize(trial()), {{"idempotency-key", "k"}}).status, 200);
  EXPECT_EQ(rig.audit(rig.engine.tenant.str()).size(), entries);
  EXPECT_EQ(rig.count(model::Kind::kIdempotency), 0);
}

}  // namespace
}  // namespace valetkey::http
