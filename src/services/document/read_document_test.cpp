// The checks of a whole document.
#include "services/document/read_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace valetkey::services {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kAlternative =
    R"j("scheme": "hmac", "algorithm": "sha256", "key": {"secret": "key"}, "signature": {"header": "x-sig"}, "message": ["raw"])j";

std::string faults_of(const json::value& document, DocumentSource source = DocumentSource::kTenant) {
  const auto read = read_service_document(document, source);
  std::string out;
  if (read) return out;
  for (const auto& field : read.error().fields) out += field.pointer + ": " + field.detail + "\n";
  return out;
}

/// A document that verifies and reads events, with more members, as text; of members that come twice the last one counts.
json::value document(std::string_view members) {
  std::string text = R"j({"secrets": [{"name": "key"}], "verify": [{)j" + std::string(kAlternative) +
                     R"j(}], "parse": {"format": "json"}, "event": {"type": "type"})j";
  if (!members.empty()) text += ", " + std::string(members);
  return json::parse(text + "}");
}

struct Case {
  std::string_view members;
  std::string_view expected;  ///< empty: sound
};

void expect(std::initializer_list<Case> cases) {
  for (const auto& [members, expected] : cases) {
    const auto faults = faults_of(document(members));
    if (expected.empty()) EXPECT_EQ(faults, "") << members;
    else EXPECT_THAT(faults, HasSubstr(expected)) << members;
  }
}

TEST(Document, faults_are_told_all_at_once) {
  EXPECT_THAT(faults_of(json::parse(R"j({"verify": [{"scheme": "md5"}], "event": {}, "colour": 1, "refusal": {"status": 200}})j")),
              AllOf(HasSubstr("/verify/0/scheme: "), HasSubstr("/verify/0/key: is required"), HasSubstr("/event/type: is required"),
                    HasSubstr("/parse: is required"), HasSubstr("/colour: unknown member"), HasSubstr("/refusal/status: ")));
  EXPECT_THAT(faults_of(json::parse("[]")), HasSubstr(": must be an object"));
  EXPECT_THAT(faults_of(json::parse("{}")), HasSubstr(": has none of verify, challenges"));
}

TEST(Document, head_of_a_preset) {
  auto preset = document(
      R"j("$schema": "https://valetkey.example/service.schema.json", "slug": "acme", "title": "Acme", "checked_on": "2026-11-24", "confidence": "sdk")j");
  EXPECT_EQ(faults_of(preset, DocumentSource::kPreset), "");
  EXPECT_THAT(faults_of(preset), HasSubstr("/confidence: is said of presets only"));
  EXPECT_THAT(faults_of(document(""), DocumentSource::kPreset),
              AllOf(HasSubstr("/slug: is required"), HasSubstr("/title: is required"), HasSubstr("/checked_on: is required")));
  preset.as_object()["slug"] = "Acme";
  preset.as_object()["confidence"] = "hope";
  preset.as_object()["checked_on"] = "yesterday";
  EXPECT_THAT(faults_of(preset, DocumentSource::kPreset),
              AllOf(HasSubstr("/slug: must be"), HasSubstr("/confidence: not one of"), HasSubstr("/checked_on: must be a date")));
}

TEST(Document, what_is_used_is_declared_and_the_reverse) {
  expect({
      {R"j("secrets": [])j", "/verify/0/key/secret: key is not declared in secrets"},
      {R"j("secrets": [{"name": "key"}, {"name": "other"}])j", "/secrets/1/name: other is used nowhere"},
      {R"j("secrets": [{"name": "key"}, {"name": "key"}])j", "/secrets/1/name: is declared twice"},
      {R"j("secrets": [{"name": "Key"}])j", "/secrets/0/name: must be 1 to 64 of a-z"},
      {R"j("parameters": [{"name": "topic"}])j", "/parameters/0/name: topic is used nowhere"},
      {R"j("event": {"type": "param(topic)"})j", "/event/type: topic is not declared in parameters"},
      {R"j("event": {"type": "claim(sub)"})j", "/event/type: claim() needs an alternative with the scheme jwt"},
      {R"j("event": {"type": "param(topic)"}, "parameters": [{"name": "topic"}])j", ""},
  });
}

TEST(Document, expressions_stand_where_they_can_be_read) {
  expect({
      {R"j("event": {"type": "each(a)"})j", "/event/type: each() stands in app_user_id only"},
      {R"j("event": {"type": "a", "app_user_id": "each(a)"})j", ""},
      {R"j("event": {"type": "token(a)"})j", "/event/type: token(), id_token() and field() stand in map.connect only"},
      {R"j("map": {"connect": "coalesce(token(team.id), account)"})j", ""},
      {R"j("map": {"connect": "team.id"})j", "/map/connect: map.connect looks at token()"},
      {R"j("map": {"connect": "header(x)"})j", "/map/connect: there is no request to look at here"},
      {R"j("map": {})j", "/map/connect: is required"},
      {R"j("event": {"type": "system(a)"})j", "/event/type: no expression: an unknown function"},
      {R"j("event": {"type": "a", "skip_when": [{"equals": "x"}]})j", "/event/skip_when/0/value: is required"},
      {R"j("event": {"type": "a", "occurred_at": {"value": "t", "unit": "days"}})j", "/event/occurred_at/unit: not one of"},
  });
}

TEST(Document, parse_rules_fit_their_format) {
  expect({
      {R"j("parse": {"format": "form_json"})j", "/parse/field: is required for form_json"},
      {R"j("parse": {"format": "json", "field": "payload"})j", "/parse/field: is for form_json only"},
      {R"j("parse": {"format": "base64_json"})j", "/parse/path: is required for base64_json"},
      {R"j("parse": {"format": "base64_json", "path": "a", "split": "b"})j", "/parse/split: only json and form_json hold lists"},
      {R"j("parse": {"format": "form", "lists": true})j", "/parse/lists: only json and form_json hold lists"},
      {R"j("parse": {"split": "a", "lists": true})j", "/parse/lists: a document has split or lists"},
      {R"j("parse": {"format": "xml"})j", "/parse/format: not one of the accepted values: json, form, form_json"},
      {R"j("acknowledge": {"by_type": [{"type": "a"}, {"type": "a"}]})j", "/acknowledge/by_type/1/type: has a reply already"},
  });
}

TEST(Document, unreachable_alternatives_are_refused) {
  const auto two = [](std::string_view first, std::string_view second) {
    const auto one = [](std::string_view when) { return "{\"when\": " + std::string(when) + ", " + std::string(kAlternative) + "}"; };
    return faults_of(document("\"verify\": [" + one(first) + ", " + one(second) + "]"));
  };
  constexpr std::string_view kNever = "/verify/1: is never reached: /verify/0 holds wherever this does";
  EXPECT_THAT(two("[]", "[]"), HasSubstr(kNever));
  EXPECT_THAT(two("[]", R"j([{"header": "a"}])j"), HasSubstr(kNever));
  EXPECT_THAT(two(R"j([{"header": "A"}])j", R"j([{"method": "GET"}, {"header": "a"}])j"), HasSubstr(kNever));
  EXPECT_THAT(two(R"j([{"header": "a"}])j", R"j([{"header": "a", "equals": "1"}])j"), HasSubstr(kNever));
  EXPECT_EQ(two(R"j([{"header": "a", "equals": "1"}])j", R"j([{"header": "a"}])j"), "");
  EXPECT_EQ(two(R"j([{"header": "a"}])j", R"j([{"header": "a", "not": true}])j"), "");
  EXPECT_EQ(two(R"j([{"header": "a"}])j", "[]"), "");
  EXPECT_THAT(two(R"j([{"method": "GET"}, {"method": "POST"}])j", "[]"), HasSubstr("/verify/0/when: can never hold"));
  EXPECT_THAT(two(R"j([{"header": "a"}, {"header": "a", "not": true}])j", "[]"), HasSubstr("/verify/0/when: can never hold"));
  EXPECT_THAT(two(R"j([{"header": "a", "equals": "1"}, {"header": "a", "not": true}])j", "[]"),
              HasSubstr("/verify/0/when: can never hold"));
  EXPECT_EQ(two(R"j([{"header": "a"}, {"header": "a", "equals": "1", "not": true}])j", "[]"), "");
}

TEST(Document, alternative_behind_an_unsigned_challenge_is_refused) {
  const auto behind = [](std::string_view when, std::string_view challenge) {
    return faults_of(document("\"verify\": [{\"when\": " + std::string(when) + ", " + std::string(kAlternative) +
                              "}], \"challenges\": [{\"when\": " + std::string(challenge) + "}]"));
  };
  EXPECT_THAT(behind(R"j([{"method": "POST"}, {"header": "a"}])j", R"j([{"method": "POST"}])j"),
              HasSubstr("/verify/0: is never reached: /challenges/0 answers first"));
  EXPECT_EQ(behind(R"j([{"method": "POST"}])j", R"j([{"method": "POST"}, {"header": "a"}])j"), "");
  EXPECT_EQ(behind("[]", R"j([{"method": "POST"}])j"), "");
}

TEST(Document, challenges_are_sound) {
  expect({
      {R"j("challenges": [{"reply": {}}])j", "/challenges/0/when: is required: every request would be a challenge"},
      {R"j("challenges": [{"when": [{"method": "GET"}]}, {"when": [{"method": "GET"}, {"query": "a"}]}])j",
       "/challenges/1: is never reached"},
      {R"j("challenges": [{"when": [{"method": "GET"}]}, {"when": [{"method": "GET"}], "signed": true}])j", ""},
      {R"j("verify": [], "secrets": [], "challenges": [{"when": [{"method": "GET"}], "signed": true}])j",
       "/challenges/0: is never reached: nothing verifies the request"},
      {R"j("challenges": [{"when": [{"method": "GET"}], "store": {"secret": "key", "value": "header(a)"}}])j",
       "/challenges/0/store/secret: key is not declared with from = \"handshake\""},
      {R"j("secrets": [{"name": "key", "from": "handshake"}], "challenges": [{"when": [{"header": "a"}], "store": {"secret": "key", "value": "header(a)"}
}])j",
       ""},
  });
}

TEST(Document, security_s30_fetch_after_verification_only) {
  expect({
      {R"j("challenges": [{"when": [{"body": "u"}], "fetch": {"url": "u", "hosts": ["a.example"]}}])j",
       "/challenges/0/fetch: happens after verification only"},
      {R"j("challenges": [{"when": [{"body": "u"}], "signed": true, "fetch": {"url": "u"}}])j", "/challenges/0/fetch/hosts: is required"},
      {R"j("challenges": [{"when": [{"body": "u"}], "signed": true, "fetch": {"url": "u", "hosts": ["a.*.example.com"]}}])j", ""},
  });
}

TEST(Document, security_s13_replies_are_text_json_or_xml) {
  expect({
      {R"j("acknowledge": {"content_type": "text/html", "body": "x"})j",
       "/acknowledge/content_type: not one of the accepted values: text/plain"},
      {R"j("acknowledge": {"content_type": "text/plain; charset=utf-8", "body": "x"})j", "/acknowledge/content_type: not one of"},
      {R"j("acknowledge": {"content_type": "application/xml", "body": "<ok/>"})j", ""},
      {R"j("acknowledge": {"content_type": "application/xml", "body": "<ok>{type}</ok>"})j",
       "/acknowledge/body: holds values in text/plain only"},
      {R"j("acknowledge": {"content_type": "application/json", "body": "{type}"})j", "/acknowledge/body: holds values in text/plain only"},
      {R"j("acknowledge": {"body": "x", "json": {"a": "b"}})j", "/acknowledge/json: a reply has body or json"},
      {R"j("acknowledge": {"headers": {"Set-Cookie": "a=b"}})j", "/acknowledge/headers/Set-Cookie: is a header that a document cannot set"},
      {R"j("acknowledge": {"headers": {"Access-Control-Allow-Origin": "*"}})j", "is a header that a document cannot set"},
      {R"j("acknowledge": {"status": 302})j", "/acknowledge/status: must be a whole number from 200 to 299"},
      {R"j("acknowledge": {"status": 204, "body": "x"})j", "/acknowledge/status: 204 has no body"},
  });
}

/// A secret is compared and signs; it is never told.
TEST(Document, security_s37_secret_never_stands_in_a_reply) {
  constexpr std::string_view kNever = "{secret.x} stands in values that are compared only, never in a reply";
  expect({
      {R"j("acknowledge": {"body": "{secret.key}"})j", kNever},
      {R"j("challenges": [{"when": [{"method": "GET"}], "reply": {"body": "{secret.key}"}}])j", kNever},
      {R"j("challenges": [{"when": [{"method": "GET"}], "reply": {"json": {"a": "{secret.key}"}}}])j", kNever},
      {R"j("challenges": [{"when": [{"method": "GET"}], "reply": {"headers": {"x-a": "{secret.key}"}}}])j", kNever},
      {R"j("acknowledge": {"body": "{hmac(sha256, key, type, hex)}"})j", "hmac() stands in the replies of challenges only"},
      {R"j("challenges": [{"when": [{"method": "GET"}], "check": [{"value": "query(t)", "equals": "{secret.key}"}]}])j", ""},
  });
}

TEST(Document, action_and_token_check) {
  expect({
      {R"j("action": {"forms": []})j", "/action/forms: is required"},
      {R"j("action": {"forms": [{"type": "a"}]})j", "/action/forms/0/parse: is required"},
      {R"j("action": {"forms": [{"type": "a", "parse": {}}, {"type": "b", "parse": {}}]})j", "/action/forms/1: is never reached"},
      {R"j("action": {"forms": [{"type": "a", "parse": {"split": "b"}}]})j", "/action/forms/0/parse: a click is one"},
      {R"j("action": {"forms": [{"type": "a", "parse": {"format": "form_json", "field": "payload"}, "reply": {}, "needs_reply": true}]})j",
       ""},
      {R"j("token_check": {"path": "/me", "valid": [{"status": [200]}]})j", ""},
      {R"j("token_check": {"valid": [{"status": [200]}]})j", "/token_check/path: is required"},
      {R"j("token_check": {"path": "/me"})j", "/token_check/valid: is required"},
      {R"j("token_check": {"path": "//evil.example/me", "valid": [{"status": [200]}]})j",
       "/token_check/path: must be a path below the base URI"},
      {R"j("token_check": {"path": "https://evil.example", "valid": [{"status": [200]}]})j", "/token_check/path: must be a path"},
      {R"j("token_check": {"path": "/../me", "valid": [{"status": [200]}]})j", "/token_check/path: must be a path"},
      {R"j("token_check": {"path": "/me", "body": "x", "valid": [{"status": [200]}]})j", "/token_check/body: a GET has no body"},
      {R"j("token_check": {"path": "/me", "valid": [{"status": 200}]})j", "/token_check/valid/0/status: must be a list"},
      {R"j("token_check": {"path": "/me", "valid": [{"status": [200], "body": "ok"}]})j",
       "/token_check/valid/0: exactly one of status, body"},
      {R"j("token_check": {"path": "/me", "valid": [{"status": [200]}], "invalid": [[{"status": [401]}], [{"status": [99]}]]})j",
       "/token_check/invalid/1/0/status: must hold numbers from 200 to 599"},
      {R"j("token_check": {"by": "introspection"})j", ""},
      {R"j("token_check": {"by": "introspection", "path": "/x"})j", "/token_check/path: unknown member"},
  });
}

TEST(Document, serves_the_kinds_of_its_parts) {
  const auto read = read_service_document(document(R"j("map": {"connect": "account"})j"));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->serves("webhook_event_verification"));
  EXPECT_TRUE(read->serves("webhook_parser"));
  EXPECT_TRUE(read->serves("user_id_mapper"));
  EXPECT_FALSE(read->serves("action_callback_parser"));
  EXPECT_FALSE(read->serves("token_validation"));
  EXPECT_FALSE(read->serves("anything"));
}

}  // namespace
}  // namespace valetkey::services
