#include <gmock/gmock.h>

#include "events/ingress/stored_request.hpp"
#include "model/encoding.hpp"
#include "support/admin_rig.hpp"

namespace valetkey::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

constexpr const char* kBody = R"({"name":"mine","url":"https://a.example/hook"})";

class DestinationsTest : public testing::Test {
 public:
  test::AdminRig rig;

  test::AdminRig::Answer make(std::string body = kBody) { return rig.post("/v1/destinations", std::move(body)); }
};

TEST_F(DestinationsTest, are_made_read_changed_and_deleted) {
  const auto made = make(
      R"({"name":"mine","url":"https://A.example:443/hook","description":"d","filter":{"types":["webhook.*"],"integrations":["slack"]}})");
  ASSERT_EQ(made.status, 201) << made.raw.body;
  EXPECT_THAT(made.text("secret"), StartsWith("whsec_"));
  EXPECT_EQ(made.text("url"), "https://a.example/hook") << "canonical";
  const auto path = "/v1/destinations/" + made.text("id");
  EXPECT_EQ(*made.raw.header("Location"), path);

  auto read = rig.get(path);
  EXPECT_EQ(read.body.as_object().if_contains("secret"), nullptr);
  EXPECT_EQ(read.at("health").at("breaker"), "closed");
  EXPECT_EQ(read.at("filter").at("types"), boost::json::parse(R"(["webhook.*"])"));
  EXPECT_EQ(read.etag(), made.etag());

  EXPECT_EQ(rig.patch(path, R"({"name":"x"})", {{"if-match", "\"7\""}}).status, 412);
  const auto changed = rig.patch(path, R"({"name":"yours","enabled":false,"filter":null})", {{"if-match", made.etag()}});
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_EQ(changed.text("disabled_reason"), "by_operator");
  EXPECT_EQ(changed.at("filter").at("types"), boost::json::parse("[]"));
  EXPECT_EQ(changed.body.as_object().if_contains("secret"), nullptr);
  EXPECT_EQ(rig.get(path).etag(), changed.etag());

  EXPECT_EQ(rig.del(path).status, 204);
  EXPECT_EQ(rig.get(path).code(), "not_found");
  EXPECT_THAT(rig.audited_actions(rig.engine.tenant.str()),
              ElementsAre("destination.created", "destination.changed", "destination.deleted"));
}

struct BadBody {
  const char* body;
  std::vector<std::string> pointers;
};

TEST_F(DestinationsTest, tell_everything_that_is_wrong_at_once) {
  for (const auto& [body, pointers] :
       {BadBody{"{}", {"/name", "/url"}},
        {R"({"name":"","url":"ftp://a.example/"})", {"/name", "/url"}},
        {R"({"name":"x","url":"http://a.example/"})", {"/url"}},
        {R"({"name":"x","url":"https://user:pw@a.example/"})", {"/url"}},
        {R"({"name":"x","url":"https://a.example/","filter":{"types":["a*b"],"more":[]}})", {"/filter/types", "/filter/more"}},
        {R"({"name":"x","url":"https://a.example/","keep_secret":true,"secret":"mine"})", {"/keep_secret", "/secret"}}})
    EXPECT_THAT(make(body).pointers(), testing::UnorderedElementsAreArray(pointers)) << body;
  ASSERT_EQ(make().status, 201);
  const auto twice = make();
  EXPECT_EQ(twice.code(), "conflict");
  EXPECT_THAT(twice.pointers(), ElementsAre("/name"));
}

TEST_F(DestinationsTest, security_s17_a_destination_is_of_the_whole_tenant_and_of_no_other) {
  const auto made = make();
  const auto path = "/v1/destinations/" + made.text("id");
  const auto limited = rig.key(ScopeSet::all(), {.credentials = {rig.engine.credential.id.str()}});
  for (const auto& [method, target] : {std::pair{"GET", std::string("/v1/destinations")},
                                       {"GET", path},
                                       {"POST", path + "/test"},
                                       {"POST", path + "/rotate-secret"},
                                       {"DELETE", path},
                                       {"GET", std::string("/v1/deliveries")}})
    EXPECT_EQ(rig.call(method, target, limited).code(), "forbidden") << method << " " << target;
  for (const auto& target : {path, path + "/test", path + "/rotate-secret"})
    EXPECT_EQ(rig.call(target == path ? "GET" : "POST", target, rig.other).code(), "not_found") << target;
  const auto reader = rig.key({Scope::kDestinationsRead});
  EXPECT_EQ(rig.call("GET", path, reader).status, 200);
  EXPECT_EQ(rig.call("DELETE", path, reader).code(), "forbidden");
  EXPECT_EQ(rig.call("POST", path + "/replay", rig.key({Scope::kDestinationsWrite}), R"({"state":"dead"})").code(), "forbidden");
}

TEST_F(DestinationsTest, security_s19_a_repeat_with_the_same_key_makes_one_and_never_tells_the_secret_again) {
  const model::Pairs key{{"idempotency-key", "once"}};
  const auto first = rig.post("/v1/destinations", kBody, key);
  const auto again = rig.post("/v1/destinations", kBody, key);
  ASSERT_EQ(first.status, 201);
  EXPECT_THAT(again.raw.body, Not(HasSubstr("whsec_")));
  EXPECT_EQ(rig.count(model::Kind::kDestination), 1);
}

TEST_F(DestinationsTest, rotation_answers_the_new_secret_once) {
  const auto made = make();
  const auto path = "/v1/destinations/" + made.text("id");
  const auto rotated = rig.post(path + "/rotate-secret", R"({"overlap_seconds":60})");
  ASSERT_EQ(rotated.status, 200) << rotated.raw.body;
  EXPECT_NE(rotated.text("secret"), made.text("secret"));
  EXPECT_EQ(rotated.at("secrets").as_array().size(), 2U);
  rig.engine.clock.advance(model::Seconds{60});
  EXPECT_EQ(rig.get(path).at("secrets").as_array().size(), 1U);
  EXPECT_THAT(rig.post(path + "/rotate-secret", R"({"overlap_seconds":-1})").pointers(), ElementsAre("/overlap_seconds"));
}

TEST_F(DestinationsTest, a_replay_needs_to_know_what) {
  const auto path = "/v1/destinations/" + make().text("id") + "/replay";
  EXPECT_THAT(rig.post(path, "{}").pointers(), ElementsAre("/since"));
  EXPECT_THAT(rig.post(path, R"({"state":"pending","since":"yesterday"})").pointers(), UnorderedElementsAre("/state", "/since"));
  EXPECT_EQ(rig.post(path, R"({"state":"dead"})").at("replayed"), 0);
}

class EventsTest : public testing::Test {
 public:
  test::AdminRig rig;

  model::Event add(std::string type, std::string connection = "", std::string credential = "") {
    rig.engine.clock.advance(model::Milliseconds{1});
    model::Event event{.id = ports::new_id<model::EventId>(rig.engine.clock, rig.engine.random), .tenant = rig.engine.tenant};
    event.type = std::move(type);
    event.connection = std::move(connection);
    event.credential = std::move(credential);
    event.payload = R"({"state":"active"})";
    event.occurred_at = rig.engine.clock.wall_now();
    test::EngineRig::must(test::run(*rig.engine.world, rig.engine.store->apply({.events = {event}})));
    return event;
  }
  std::vector<std::string> types(const std::string& query, const std::string& key) {
    std::vector<std::string> out;
    const auto answer = rig.call("GET", "/v1/events" + query, key);
    for (const auto& event : answer.at("data").as_array()) out.emplace_back(event.at("type").as_string());
    return out;
  }
};

TEST_F(EventsTest, are_read_by_type_and_behind_a_sequence) {
  add("connection.created", "conn_1", "cred_1");
  add("webhook.push", "conn_1", "cred_1");
  add("webhook.pull", "conn_2", "cred_1");
  EXPECT_THAT(types("", rig.admin), ElementsAre("connection.created", "webhook.push", "webhook.pull"));
  EXPECT_THAT(types("?type=webhook.*", rig.admin), ElementsAre("webhook.push", "webhook.pull"));
  EXPECT_THAT(types("?type=webhook.push", rig.admin), ElementsAre("webhook.push"));
  EXPECT_THAT(types("?connection=conn_2", rig.admin), ElementsAre("webhook.pull"));
  const auto first = rig.get("/v1/events?limit=1");
  const auto& event = first.at("data").as_array().at(0);
  EXPECT_EQ(event.at("data").at("connection"), "conn_1");
  EXPECT_EQ(event.at("data").at("state"), "active");
  EXPECT_THAT(types("?after=" + std::to_string(event.at("sequence").as_int64()), rig.admin), ElementsAre("webhook.push", "webhook.pull"));
  EXPECT_THAT(types("?after=" + first.text("next"), rig.admin), ElementsAre("webhook.push", "webhook.pull"));
  EXPECT_THAT(rig.get("/v1/events?after=!").pointers(), ElementsAre("/after"));
}

TEST_F(EventsTest, security_s17_a_key_with_limits_sees_its_own_alone) {
  const auto mine = add("webhook.push", "conn_1", "cred_1");
  const auto other = add("webhook.pull", "conn_2", "cred_1");
  add("integration.changed");
  const auto limited = rig.key(ScopeSet::all(), {.connections = {"conn_1"}});
  EXPECT_THAT(types("", limited), ElementsAre("webhook.push"));
  EXPECT_EQ(rig.call("GET", "/v1/events/" + mine.id.str(), limited).status, 200);
  for (const auto* tail : {"", "/raw"})
    EXPECT_EQ(rig.call("GET", "/v1/events/" + other.id.str() + tail, limited).code(), "not_found") << tail;
  EXPECT_EQ(rig.call("POST", "/v1/events/" + other.id.str() + "/replay", limited, "{}").code(), "not_found");
  EXPECT_EQ(rig.call("GET", "/v1/events/" + mine.id.str(), rig.other).code(), "not_found");
}

TEST_F(EventsTest, security_s34_the_request_of_an_event_has_a_scope_of_its_own_and_is_sealed) {
  model::ReceivedRequest request{.id = model::RequestId{"req_1"}, .tenant = rig.engine.tenant};
  request.received_at = rig.engine.clock.wall_now();
  events::RawRequest raw;
  raw.incoming = {.method = "POST", .path = "/hooks/x/***", .query_text = "a=1", .headers = {{"x-token", "***"}}, .body = "the bytes"};
  test::EngineRig::must(test::run(*rig.engine.world, events::seal_raw(*rig.engine.keys, request, raw)));
  rig.put(request);
  EXPECT_EQ(model::to_row(request).doc.find("the bytes"), std::string::npos);
  auto event = add("webhook.push", "conn_1", "cred_1");
  event.id = model::EventId{"evt_of_a_request"};
  event.request = "req_1";
  test::EngineRig::must(test::run(*rig.engine.world, rig.engine.store->apply({.events = {event}})));
  const auto answer = rig.get("/v1/events/evt_of_a_request/raw");
  ASSERT_EQ(answer.status, 200) << answer.raw.body;
  EXPECT_EQ(answer.text("body_base64"), model::to_base64("the bytes"));
  EXPECT_EQ(rig.call("GET", "/v1/events/evt_of_a_request/raw", rig.key({Scope::kEventsRead})).code(), "forbidden");
  EXPECT_EQ(rig.get("/v1/events/evt_of_a_request").at("request").at("id"), "req_1");
}

}  // namespace
}  // namespace valetkey::http
