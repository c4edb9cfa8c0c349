#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "services/mac.hpp"
#include "services/script/script_services.hpp"
#include "support/script_rig.hpp"

namespace valetkey::services {
namespace {

constexpr std::string_view kSecret = "a secret of some length";

class ScriptRequests : public ::testing::Test {
 public:
  ScriptRequests() {
    request.method = "POST";
    request.path = "/hooks/acme/key";
    request.query_text = "a=1&b=x%20y&a=2";
    request.headers = {{"content-type", "application/json"}, {"x-twice", "1"}, {"x-twice", "2"}};
    request.body = R"({"id":7,"type":"made","user":"u1"})";
    request.public_url = "https://broker.example/hooks/acme/key";
    request.received_at = model::WallTime(model::Milliseconds(1'700'000'000'000));
    values.secrets["signing"] = {model::Secret("newer secret of the rotation"), model::Secret(std::string(kSecret))};
    values.parameters["topic"] = "t1";
  }

  void sign() {
    request.headers.emplace_back("x-signature", model::to_hex(hmac_of(HashAlgorithm::kSha256, kSecret, "v0:" + request.body)));
  }
  Verdict verify(std::string source) {
    script.source = std::move(source);
    return test::run(rig.context, scripts.verify(script, request, values));
  }
  model::Result<Parsed> parse(std::string source) {
    script.source = std::move(source);
    return test::run(rig.context, scripts.parse(script, request, values, {.outcome = Outcome::kVerified, .signed_headers = {"x-a"}}));
  }

  test::ScriptRig rig;
  ScriptServices scripts{rig.engine, rig.clock};
  std::vector<std::string> log;
  Script script{.tenant = model::TenantId("ten_a"), .log = &log};
  Incoming request;
  EndpointValues values;
};

constexpr auto kVerify = R"(
function verify(request, { secrets }) {
  const signature = request.header('X-Signature');
  if (!signature) return { outcome: 'rejected', reason: 'signature_missing' };
  return secrets.verifyHmac('signing', 'sha256', ['v0:', request.raw], signature)
    ? { outcome: 'verified', signedHeaders: ['x-signature'] } : { outcome: 'rejected', reason: 'signature_mismatch' };
})";

TEST_F(ScriptRequests, a_signature_of_any_of_the_secrets_is_verified) {
  EXPECT_EQ(verify(kVerify).reason, "signature_missing");
  sign();
  const auto verdict = verify(kVerify);
  EXPECT_EQ(verdict.outcome, Outcome::kVerified) << verdict.reason;
  EXPECT_EQ(verdict.signed_headers, std::vector<std::string>{"x-signature"});
  request.body += " ";
  EXPECT_EQ(verify(kVerify).reason, "signature_mismatch");
}

TEST_F(ScriptRequests, bodies_that_are_no_text_are_signed_as_they_came) {
  request.body = std::string("\xff\x00\xfe", 3);
  sign();
  EXPECT_EQ(verify(kVerify).outcome, Outcome::kVerified);
  (void)verify("function verify(request) { console.log(request.bodyIsText, request.body); return { outcome: 'rejected' }; }");
  EXPECT_EQ(log, std::vector<std::string>{"false /wD+"});
}

TEST_F(ScriptRequests, a_challenge_is_answered) {
  const auto verdict = verify(R"(function verify(request, { secrets, parameters, url, receivedAt }) {
    return { outcome: 'challenge', response: { status: 201, headers: { 'X-A': url }, json: { topic: parameters.topic, receivedAt,
      crc: secrets.hmac('signing', 'sha1', 'x', 'base64') } } };
  })");
  ASSERT_EQ(verdict.outcome, Outcome::kChallenge) << verdict.reason;
  EXPECT_EQ(verdict.reply->status, 201);
  EXPECT_EQ(verdict.reply->content_type, "application/json");
  EXPECT_EQ(verdict.reply->headers, (model::Pairs{{"x-a", "https://broker.example/hooks/acme/key"}}));
  const auto crc = model::to_base64(hmac_of(HashAlgorithm::kSha1, values.secrets["signing"][0].reveal(), "x"));
  EXPECT_EQ(verdict.reply->body, R"({"topic":"t1","receivedAt":1700000000000,"crc":")" + crc + "\"}");
}

TEST_F(ScriptRequests, what_a_request_offers) {
  const auto verdict = verify(R"(function verify(request) {
    let twice; try { request.header('x-twice'); } catch (e) { twice = e.message; }
    const { a, b } = request.parameters();
    return { outcome: 'rejected', reason: [a.join(''), b, request.json().id, twice, hash('sha1', 'x').slice(0, 4),
      base64.decode(base64.encode('äß'))].join('|') };
  })");
  EXPECT_EQ(verdict.reason, "12|x y|7|header x-twice comes 2 times|11f6|äß");
}

TEST_F(ScriptRequests, a_script_that_fails_rejects) {
  struct Row {
    const char* source;
    const char* reason;
    const char* step;
  };
  const Row rows[] = {
      {"function verify() { return true; }", "script_error", "must be an object"},
      {"function verify() { return { outcome: 'yes' }; }", "script_error", "/outcome"},
      {"function verify() { return { outcome: 'verified', extra: 1 }; }", "script_error", "/extra"},
      {"function verify() { return { outcome: 'challenge' }; }", "script_error", "/response"},
      {"function verify() { return { outcome: 'challenge', response: { contentType: 'text/html', body: 'x' } }; }", "script_error",
       "contentType"},
      {"function verify() { return { outcome: 'challenge', response: { headers: { 'Set-Cookie': 'a=b' } } }; }", "script_error", "headers"},
      {"function verify() { return { outcome: 'challenge', response: { headers: { a: 'x\\r\\ny: z' } } }; }", "script_error", "headers"},
      {"function verify() { return { outcome: 'challenge', response: { status: 302 } }; }", "script_error", "status"},
      {"function verify(", "script_error", "SyntaxError"},
      {"function verify() { for (;;); }", "script_timeout", "out of time"},
      {"function verify(r, { secrets }) { return { outcome: secrets.equals('nothing', '') ? 'verified' : 'rejected' }; }", "script_error",
       "no secret"},
  };
  for (const auto& row : rows) {
    const auto verdict = verify(row.source);
    EXPECT_EQ(verdict.outcome, Outcome::kRejected) << row.source;
    EXPECT_EQ(verdict.reason, row.reason) << row.source;
    ASSERT_EQ(verdict.steps.size(), 1U) << row.source;
    EXPECT_NE(verdict.steps[0].result.find(row.step), std::string::npos) << verdict.steps[0].result;
    EXPECT_FALSE(verdict.reply) << row.source;
  }
}

TEST_F(ScriptRequests, security_s37_secrets_are_handles) {
  EXPECT_EQ(
      verify(
          "function verify(r, c) { return { outcome: 'rejected', reason: Object.keys(c.secrets).join() + c.secrets.equals('signing', 'x') }; }")
          .reason,
      "has,equals,hmac,verifyHmacfalse");
  EXPECT_EQ(
      verify(
          "function verify(r, { secrets }) { return { outcome: secrets.equals('signing', 'a secret of some length') ? 'verified' : 'rejected' }; }")
          .outcome,
      Outcome::kVerified);
  // The application sends it in the open, and the script hands it on.
  request.body = kSecret;
  for (const auto* answer : {"{ outcome: 'challenge', response: { body: request.body } }", "{ outcome: 'rejected', reason: request.body }",
                             "{ outcome: 'verified', claims: { [request.body]: 1 } }",
                             "{ outcome: 'challenge', response: { body: base64.encode(request.body) } }"}) {
    const auto verdict = verify(std::string("function verify(request) { return ") + answer + "; }");
    EXPECT_EQ(verdict.reason, "script_error") << answer;
    EXPECT_EQ(verdict.steps.at(0).result, "a secret is in what the script answered");
  }
  const auto verdict = verify("function verify(request) { console.log('got ' + request.body); throw new Error('it is ' + request.body); }");
  EXPECT_EQ(log, std::vector<std::string>{"got ***"});
  EXPECT_EQ(verdict.steps.at(0).result, "run function verify: Error: it is *** (line 1)");
  const auto parsed = parse("function parse(request) { return { eventType: 'a', eventPayload: { token: request.body } }; }");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(boost::json::serialize(parsed->messages.at(0).event_payload), R"({"token":"***"})");
}

TEST_F(ScriptRequests, security_s38_verification_and_parsing_have_no_network) {
  for (const auto* member : {"account", "token", "fetch"})
    EXPECT_EQ(verify(std::string("function verify(r, c) { return { outcome: 'rejected', reason: typeof c.") + member + " }; }").reason,
              "undefined");
  const auto parsed = parse("function parse(r, c) { return { eventType: [typeof c.secrets, typeof c.account, typeof fetch].join() }; }");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->messages.at(0).event_type, "undefined,undefined,undefined");
}

TEST_F(ScriptRequests, events_in_each_form) {
  const auto one = parse(R"(function parse(request, { verification }) {
    const { id, type, user } = request.json();
    return { appUserId: user, eventType: type, eventId: id, eventPayload: { verification }, occurredAt: '2026-01-02T03:04:05Z', unsigned: ['eventType'] };
  })");
  ASSERT_TRUE(one) << one.error().detail;
  ASSERT_EQ(one->messages.size(), 1U);
  const auto& message = one->messages[0];
  EXPECT_EQ(message.app_user_ids, std::vector<std::string>{"u1"});
  EXPECT_EQ(message.event_type, "made");
  EXPECT_EQ(message.event_id, "7");
  EXPECT_EQ(boost::json::serialize(message.event_payload),
            R"({"verification":{"claims":null,"coversBody":true,"signedHeaders":["x-a"],"signsQuery":false}})");
  EXPECT_EQ(model::to_rfc3339(message.occurred_at.value()), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(message.unsigned_members, std::vector<std::string>{"event_type"});
  const auto list =
      parse("const parse = async () => [{ eventType: 'a', appUserId: ['x', 2, 'x'] }, { eventType: 'b', validRequest: false }]");
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_EQ(list->messages.at(0).app_user_ids, (std::vector<std::string>{"x", "2"}));
  EXPECT_FALSE(list->messages.at(1).valid_request);
  const auto whole = parse("const parse = () => ({ events: [], response: { body: 'ok' }, window: 60 })");
  ASSERT_TRUE(whole) << whole.error().detail;
  EXPECT_TRUE(whole->messages.empty());
  EXPECT_EQ(whole->acknowledgement.body, "ok");
  EXPECT_EQ(whole->acknowledgement.content_type, "text/plain");
  EXPECT_EQ(whole->window, model::Seconds{60});
}

TEST_F(ScriptRequests, events_that_are_none) {
  for (const auto* answer :
       {"7", "null", "[1]", "({})", "({ eventType: '' })", "({ eventType: 'a', other: 1 })", "({ eventType: 'a', appUserId: {} })",
        "({ eventType: 'a', occurredAt: 'yesterday' })", "({ eventType: 'a', occurredAt: 1e300 })", "({ eventType: 'a', unsigned: ['x'] })",
        "({ events: 1 })", "({ events: [], response: { contentType: 'text/html' } })", "Array(1001).fill({ eventType: 'a' })"}) {
    const auto parsed = parse(std::string("const parse = () => ") + answer);
    EXPECT_FALSE(parsed) << answer;
  }
}

TEST_F(ScriptRequests, an_action) {
  script.source = R"(const action = (request) => ({ actionId: 'a1', eventType: 'clicked', appUserId: 'u', eventPayload: request.json(),
    responseUrl: 'https://app.example/reply', response: { json: { ok: true } }, needsReply: true }))";
  const auto action = test::run(rig.context, scripts.action(script, request, values, {}));
  ASSERT_TRUE(action) << action.error().detail;
  EXPECT_EQ(action->action_id, "a1");
  EXPECT_EQ(action->message.event_type, "clicked");
  EXPECT_EQ(action->response_url, "https://app.example/reply");
  EXPECT_EQ(action->reply.body, R"({"ok":true})");
  EXPECT_TRUE(action->needs_reply);
}

TEST_F(ScriptRequests, users_of_an_event) {
  const Message message{.app_user_ids = {"a"}, .event_type = "t", .event_payload = {{"team", "T1"}}};
  const auto users = [&](std::string source) {
    script.source = std::move(source);
    return test::run(rig.context, scripts.map_event(script, message)).value_or(std::vector<std::string>{"error"});
  };
  EXPECT_EQ(users("const mapEvent = (event) => ({ appUserId: [event.eventPayload.team, ...event.appUserIds] })"),
            (std::vector<std::string>{"T1", "a"}));
  EXPECT_EQ(users("const mapEvent = () => 'x'"), std::vector<std::string>{"x"});
  EXPECT_EQ(users("const mapEvent = () => null"), std::vector<std::string>{});
  EXPECT_EQ(users("const mapEvent = () => ({ user: 1 })"), std::vector<std::string>{"error"});
  script.source = "const map = () => 1";
  EXPECT_EQ(test::run(rig.context, scripts.map_event(script, message)).error().code, model::Code::kNotSupported);
}

TEST_F(ScriptRequests, kinds_by_the_functions_that_are_defined) {
  const auto kinds = [&](std::string source) {
    script.source = std::move(source);
    return test::run(rig.context, scripts.kinds_of(script));
  };
  EXPECT_EQ(kinds("const verify = () => {}; async function parse() {} // end").value(),
            (std::vector<std::string>{"webhook_event_verification", "webhook_parser"}));
  EXPECT_EQ(kinds("").value(), std::vector<std::string>{});
  EXPECT_EQ(kinds("\nfunction verify( {").error().code, model::Code::kInvalidInput);
  EXPECT_NE(kinds("\nfunction verify( {").error().detail.find("SyntaxError"), std::string::npos);
}

}  // namespace
}  // namespace valetkey::services
