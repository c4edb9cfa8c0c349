#include <gmock/gmock.h>

#include "support/services_rig.hpp"

namespace valetkey::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A document as text, with more members.
std::string document(std::string_view event = R"({"type":"type"})") {
  return fmt::format(
      R"({{"title":"Acme","secrets":[{{"name":"secret","title":"Secret"}}],"verify":[{{"scheme":"hmac","algorithm":"sha256",)"
      R"("key":{{"secret":"secret"}},"signature":{{"header":"x-acme","decode":"hex"}},"message":["raw"]}}],"parse":{{"format":"json"}},"event":{}}})",
      event);
}
std::string service_body(std::string_view name = "Acme", std::string_view doc = {}) {
  return fmt::format(R"({{"name":"{}","document":{}}})", name, doc.empty() ? document() : std::string(doc));
}

class ServicesTest : public testing::Test {
 public:
  test::ServicesRig rig;

  std::string made(std::string_view name = "Acme") {
    const auto answer = rig.post("/v1/services", service_body(name));
    EXPECT_EQ(answer.status, 201) << answer.raw.body;
    return answer.text("id");
  }
};

TEST_F(ServicesTest, a_document_becomes_a_service_of_the_kinds_it_has_parts_for) {
  const auto answer = rig.post("/v1/services", service_body());
  ASSERT_EQ(answer.status, 201) << answer.raw.body;
  EXPECT_EQ(answer.text("implementation"), "declarative");
  EXPECT_EQ(boost::json::serialize(answer.at("kinds")), R"(["webhook_parser","webhook_event_verification"])");
  EXPECT_EQ(answer.at("version").to_number<int>(), 1);
  EXPECT_EQ(answer.at("document"), boost::json::parse(document()));
  EXPECT_EQ(*answer.raw.header("Location"), "/v1/services/" + answer.text("id"));
  EXPECT_EQ(rig.get("/v1/services/" + answer.text("id")).body, answer.body);
  EXPECT_EQ(rig.audited_actions(rig.engine.tenant.str()).back(), "service.created");
}

TEST_F(ServicesTest, every_fault_is_told_below_the_document) {
  const auto answer = rig.post("/v1/services", R"({"name":"a","colour":1,"kinds":["webhook_parser"]})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.pointers(), testing::UnorderedElementsAre("/document", "/kinds", "/colour"));
  const auto wrong = rig.post("/v1/services", service_body("a", R"({"title":"x","verify":[{"scheme":"none"}],"nonsense":1})"));
  EXPECT_EQ(wrong.status, 422) << wrong.raw.body;
  EXPECT_THAT(wrong.pointers(), testing::Contains("/document/nonsense"));
  EXPECT_THAT(wrong.pointers(), testing::Each(testing::StartsWith("/document")));
}

TEST_F(ServicesTest, a_document_of_64_KiB_is_the_largest) {
  const auto sized = [](std::size_t bytes) {
    auto doc = boost::json::parse(document()).as_object();
    doc["notes"] = "";
    doc["notes"] = std::string(bytes - boost::json::serialize(doc).size(), 'x');
    return service_body("a" + std::to_string(bytes), boost::json::serialize(doc));
  };
  const auto largest = rig.post("/v1/services", sized(64 << 10));
  EXPECT_TRUE(largest.status == 201 || largest.pointers() == std::vector<std::string>{"/document/notes"}) << largest.raw.body;
  EXPECT_THAT(rig.post("/v1/services", sized((64 << 10) + 1)).pointers(), ElementsAre("/document"));
}

TEST_F(ServicesTest, a_name_is_unique_in_the_tenant) {
  made("Acme");
  const auto taken = rig.post("/v1/services", service_body("Acme"));
  EXPECT_EQ(taken.status, 409);
  EXPECT_THAT(taken.pointers(), ElementsAre("/name"));
  EXPECT_EQ(rig.call("POST", "/v1/services", rig.other, service_body("Acme")).status, 201);
  const auto second = made("Other");
  EXPECT_EQ(rig.patch("/v1/services/" + second, R"({"name":"Acme"})").status, 409);
}

TEST_F(ServicesTest, what_it_does_changes_by_versions_and_goes_back_by_one_more) {
  const auto path = "/v1/services/" + made();
  const auto second = rig.patch(path, fmt::format(R"({{"document":{}}})", document(R"({"type":"'fixed'"})")));
  ASSERT_EQ(second.status, 200) << second.raw.body;
  EXPECT_EQ(second.at("version").to_number<int>(), 2);
  const auto named = rig.patch(path, R"({"description":"only that"})");
  EXPECT_EQ(named.at("version").to_number<int>(), 2);
  const auto back = rig.patch(path, R"({"version":1})");
  ASSERT_EQ(back.status, 200) << back.raw.body;
  EXPECT_EQ(back.at("version").to_number<int>(), 3);
  EXPECT_EQ(back.at("document"), boost::json::parse(document()));
  EXPECT_EQ(rig.patch(path, R"({"version":3})").at("version").to_number<int>(), 3);  // is what it does now
  EXPECT_THAT(rig.patch(path, R"({"version":9})").pointers(), ElementsAre("/version"));
  EXPECT_THAT(rig.patch(path, R"({"version":1,"document":{}})").pointers(), ElementsAre("/version"));
  EXPECT_THAT(rig.patch(path, R"({"implementation":"script"})").pointers(), ElementsAre("/implementation"));
}

TEST_F(ServicesTest, versions_are_read_newest_first_in_pages) {
  const auto path = "/v1/services/" + made();
  for (const auto* type : {"'b'", "'c'"})
    rig.patch(path, fmt::format(R"({{"document":{}}})", document(fmt::format(R"({{"type":"{}"}})", type))));
  std::vector<std::int64_t> numbers;
  std::string target = path + "/versions?limit=1";
  for (int page = 0; page < 10; ++page) {
    const auto answer = rig.get(target);
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    for (const auto& each : answer.at("data").as_array()) {
      numbers.push_back(each.at("number").to_number<std::int64_t>());
      EXPECT_EQ(each.at("current").as_bool(), numbers.back() == 3);
      EXPECT_EQ(each.at("created_by").as_string().starts_with("key_"), true);
    }
    if (answer.at("next").is_null()) break;
    target = path + "/versions?limit=1&after=" + answer.text("next");
  }
  EXPECT_THAT(numbers, ElementsAre(3, 2, 1));
  EXPECT_EQ(rig.get(path + "/versions/1").at("document"), boost::json::parse(document()));
  for (const auto* number : {"0", "4", "x", "-1"}) EXPECT_EQ(rig.get(path + "/versions/" + number).status, 404) << number;
  EXPECT_EQ(rig.get(path + "/versions?after=eA").status, 422);
}

TEST_F(ServicesTest, a_change_is_about_the_revision_it_names) {
  const auto path = "/v1/services/" + made();
  const auto first = rig.get(path).etag();
  EXPECT_EQ(rig.patch(path, R"({"description":"a"})", {{"if-match", first}}).status, 200);
  EXPECT_EQ(rig.patch(path, R"({"description":"b"})", {{"if-match", first}}).status, 412);
}

TEST_F(ServicesTest, one_that_a_credential_names_is_not_deleted) {
  const auto id = made();
  rig.engine.add_credential(model::GrantType::kAuthorizationCode, {}, {{"webhook_parser", id + "@1"}});
  const auto refused = rig.del("/v1/services/" + id);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.text("detail"), HasSubstr(rig.engine.credential.id.str()));
  const auto free = made("Free");
  EXPECT_EQ(rig.del("/v1/services/" + free).status, 204);
  EXPECT_EQ(rig.get("/v1/services/" + free).status, 404);
  EXPECT_EQ(rig.count(model::Kind::kServiceVersion), 1);  // of the other one
}

TEST_F(ServicesTest, a_script_is_of_the_kinds_that_it_has_functions_for) {
  rig.scripts.output = R"({"webhook_parser":true,"token_validation":false})";
  const auto answer = rig.post("/v1/services", R"({"name":"s","implementation":"script","source":"function parse() {}"})");
  ASSERT_EQ(answer.status, 201) << answer.raw.body;
  EXPECT_EQ(answer.text("source"), "function parse() {}");
  EXPECT_THAT(boost::json::serialize(answer.at("kinds")), HasSubstr("webhook_parser"));
  const auto missing = rig.post("/v1/services", R"({"name":"t","implementation":"script","source":"x","kinds":["token_validation"]})");
  EXPECT_THAT(missing.pointers(), ElementsAre("/kinds")) << missing.raw.body;
  rig.scripts.failure = ports::ScriptFailure{.kind = ports::ScriptFailure::Kind::kSyntax, .message = "unexpected token", .line = 3};
  const auto broken = rig.post("/v1/services", R"({"name":"u","implementation":"script","source":"function ("})");
  EXPECT_EQ(broken.status, 422) << broken.raw.body;
  EXPECT_THAT(broken.pointers(), testing::Each(testing::StartsWith("/source")));
}

TEST_F(ServicesTest, an_http_service_gets_a_secret_that_is_told_once) {
  const std::string body = R"({"name":"h","implementation":"http","url":"https://services.example/acme","kinds":["webhook_parser"]})";
  const auto answer = rig.post("/v1/services", body, {{"idempotency-key", "one"}});
  ASSERT_EQ(answer.status, 201) << answer.raw.body;
  EXPECT_THAT(answer.text("signing_secret"), testing::StartsWith("whsec_"));
  EXPECT_EQ(rig.get("/v1/services/" + answer.text("id")).body.as_object().if_contains("signing_secret"), nullptr);
  EXPECT_EQ(rig.post("/v1/services", body, {{"idempotency-key", "one"}}).code(), "idempotency_conflict");
  EXPECT_THAT(rig.post("/v1/services", R"({"name":"i","implementation":"http","url":"http://services.example"})").pointers(),
              testing::UnorderedElementsAre("/url", "/kinds"));
  EXPECT_THAT(
      rig.post("/v1/services", R"({"name":"i","implementation":"http","url":"https://s.example","kinds":["webhook_event_verification"]})")
          .pointers(),
      ElementsAre("/kinds"));
}

TEST_F(ServicesTest, lists_show_its_own_or_the_presets) {
  made("A");
  made("B");
  const auto names = [&](const std::string& query) {
    std::vector<std::string> out;
    const auto answer = rig.get("/v1/services" + query);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    for (const auto& each : answer.at("data").as_array()) out.emplace_back(each.at("name").as_string());
    return out;
  };
  EXPECT_THAT(names(""), ElementsAre("A", "B"));
  EXPECT_THAT(names("?implementation=script"), IsEmpty());
  EXPECT_THAT(names("?kind=token_validation"), IsEmpty());
  EXPECT_THAT(names("?kind=webhook_parser"), ElementsAre("A", "B"));
  EXPECT_THAT(names("?implementation=preset"), ElementsAre("Checked", "GitHub"));
  EXPECT_THAT(names("?implementation=preset&kind=token_validation"), ElementsAre("Checked"));
  const auto first = rig.get("/v1/services?implementation=preset&limit=1");
  EXPECT_THAT(names("?implementation=preset&limit=1&after=" + first.text("next")), ElementsAre("GitHub"));
  EXPECT_EQ(rig.get("/v1/services?implementation=nonsense").status, 422);
  EXPECT_EQ(rig.get("/v1/services?kind=nonsense").status, 422);
}

TEST_F(ServicesTest, a_preset_says_what_it_needs) {
  const auto answer = rig.get("/v1/services/preset/github");
  ASSERT_EQ(answer.status, 200) << answer.raw.body;
  EXPECT_EQ(answer.text("id"), "preset/github");
  EXPECT_EQ(answer.at("secrets").as_array().at(0).at("name"), "signing_secret");
  EXPECT_EQ(answer.at("document"), boost::json::parse(test::ServicesRig::kGithub));
  EXPECT_EQ(rig.get("/v1/services/preset/nobody").status, 404);
}

TEST_F(ServicesTest, security_s17_a_limited_key_changes_nothing_and_another_tenant_sees_nothing) {
  const auto path = "/v1/services/" + made();
  const auto limited = rig.key(ScopeSet::all(), {.credentials = {rig.engine.credential.id.str()}});
  EXPECT_EQ(rig.call("POST", "/v1/services", limited, service_body("x")).status, 403);
  EXPECT_EQ(rig.call("PATCH", path, limited, R"({"name":"x"})").status, 403);
  EXPECT_EQ(rig.call("DELETE", path, limited).status, 403);
  for (const auto* suffix : {"", "/versions", "/versions/1"}) EXPECT_EQ(rig.call("GET", path + suffix, rig.other).status, 404) << suffix;
  EXPECT_EQ(rig.call("DELETE", path, rig.other).status, 404);
}

}  // namespace
}  // namespace valetkey::http
