#include "services/parse/read_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "services/document/read_document.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A document that reads events and verifies nothing: what verification found is the test's.
ServiceDocument document(std::string_view parse, std::string_view event, std::string_view more = "") {
  std::string text = "{\"parse\": " + std::string(parse) + ", \"event\": " + std::string(event);
  if (!more.empty()) text += ", " + std::string(more);
  auto read = read_service_document(json::parse(text + "}"));
  EXPECT_TRUE(read) << text << (read ? "" : read.error().fields.at(0).pointer + read.error().fields.at(0).detail);
  return read ? std::move(*read) : ServiceDocument{};
}

Incoming posted(std::string body, model::Pairs headers = {}, std::string query = "") {
  return {.method = "POST",
          .path = "/hooks/x/k",
          .query_text = std::move(query),
          .headers = std::move(headers),
          .body = std::move(body),
          .public_url = {}};
}

model::Result<Parsed> parsed(const ServiceDocument& from, const Incoming& request,
                             const Verdict& verdict = {.outcome = Outcome::kVerified}) {
  return read_events(from, request, {}, verdict);
}

std::vector<std::string> types(const Parsed& all) {
  std::vector<std::string> out(all.messages.size());
  std::ranges::transform(all.messages, out.begin(), &Message::event_type);
  return out;
}

TEST(ReadEvents, github_tells_what_is_not_signed) {
  const auto github = document(R"j({})j", R"j({"type": "join('.', header(x-github-event), action)", "id": "header(x-github-delivery)",
    "app_user_id": "coalesce(installation.id, organization.id, sender.id)"})j");
  const auto read = parsed(github, posted(R"j({"action": "opened", "sender": {"id": 7}, "installation": {"id": 42}})j",
                                          {{"x-github-event", "issues"}, {"x-github-delivery", "d-1"}}));
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->messages.size(), 1U);
  const auto& message = read->messages[0];
  EXPECT_EQ(message.event_type, "issues.opened");
  EXPECT_EQ(message.event_id, "d-1");
  EXPECT_THAT(message.app_user_ids, ElementsAre("42"));
  EXPECT_TRUE(message.valid_request);
  EXPECT_EQ(message.event_payload.at("action").as_string(), "opened");
  EXPECT_THAT(message.unsigned_members, ElementsAre("event_type", "event_id"));
  EXPECT_EQ(read->acknowledgement.status, 200);
  EXPECT_EQ(read->acknowledgement.body, "");
}

/// A type or id that the signature does not cover is said (fault 14 of the receivers that were read).
TEST(ReadEvents, security_s25_unsigned_sources_are_told) {
  const auto from = document(R"j({})j", R"j({"type": "header(x-type)", "id": "query(id)", "app_user_id": "user"})j");
  const auto request = posted(R"j({"user": "u"})j", {{"x-type", "t"}}, "id=1");
  const auto told = [&](const Verdict& verdict) { return parsed(from, request, verdict)->messages.at(0).unsigned_members; };
  EXPECT_THAT(told({}), ElementsAre("event_type", "event_id"));
  EXPECT_THAT(told({.signed_headers = {"x-type"}}), ElementsAre("event_id"));
  EXPECT_THAT(told({.signed_headers = {"x-type"}, .signs_query = true}), IsEmpty());
}

/// Of coalesce() the operand that gave the value is judged; an earlier one that somebody adds becomes the source, and is not signed (S29).
TEST(ReadEvents, security_s29_the_operand_that_gave_the_id_is_judged) {
  const auto from = document(R"j({})j", R"j({"type": "'x'", "id": "coalesce(header(webhook-id), header(svix-id))"})j");
  const auto told = [&](const model::Pairs& headers) {
    return parsed(from, posted("{}", headers), {.signed_headers = {"webhook-id"}})->messages.at(0).unsigned_members;
  };
  EXPECT_THAT(told({{"webhook-id", "1"}}), IsEmpty());
  EXPECT_THAT(told({{"webhook-id", "1"}, {"svix-id", "2"}}), IsEmpty());
  EXPECT_THAT(told({{"svix-id", "2"}}), ElementsAre("event_id"));
  EXPECT_THAT(told({{"svix-id", "2"}, {"webhook-id", ""}}), ElementsAre("event_id"));
  const auto svix = [&](const model::Pairs& headers) {
    return parsed(from, posted("{}", headers), {.signed_headers = {"svix-id"}})->messages.at(0).unsigned_members;
  };
  EXPECT_THAT(svix({{"svix-id", "2"}}), IsEmpty());
  EXPECT_THAT(svix({{"svix-id", "2"}, {"webhook-id", "added"}}), ElementsAre("event_id"));
}

TEST(ReadEvents, security_s32_uncovered_body_is_told) {
  const auto from = document(R"j({})j", R"j({"type": "type", "id": "'fixed'", "occurred_at": {"value": "at"}})j");
  const auto read = parsed(from, posted(R"j({"type": "t", "at": 1})j"), {.covers_body = false});
  EXPECT_THAT(read->messages.at(0).unsigned_members, ElementsAre("event_type", "occurred_at", "event_payload"));
}

TEST(ReadEvents, a_list_is_one_event_an_item) {
  const auto adyen =
      document(R"j({"split": "notificationItems"})j",
               R"j({"type": "NotificationRequestItem.eventCode", "app_user_id": "root(live)", "payload": "NotificationRequestItem"})j",
               R"j("acknowledge": {"body": "[accepted]"})j");
  const auto read =
      parsed(adyen, posted(R"j({"live": "false", "notificationItems": [{"NotificationRequestItem": {"eventCode": "AUTHORISATION"}},
    {"NotificationRequestItem": {"eventCode": "REFUND"}}]})j"));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_THAT(types(*read), ElementsAre("AUTHORISATION", "REFUND"));
  EXPECT_THAT(read->messages[0].app_user_ids, ElementsAre("false"));
  EXPECT_EQ(json::serialize(read->messages[1].event_payload), R"j({"eventCode":"REFUND"})j");
  EXPECT_EQ(read->acknowledgement.body, "[accepted]");
  EXPECT_EQ(read->acknowledgement.content_type, "text/plain");

  const auto whole = document(R"j({"split": "$"})j", R"j({"type": "subscriptionType"})j");
  EXPECT_THAT(types(*parsed(whole, posted(R"j([{"subscriptionType": "a"}, {"subscriptionType": "b"}])j"))), ElementsAre("a", "b"));
  EXPECT_THAT(types(*parsed(whole, posted("[]"))), IsEmpty()) << "a heartbeat";
  const auto either = document(R"j({"lists": true})j", R"j({"type": "type"})j");
  EXPECT_THAT(types(*parsed(either, posted(R"j([{"type": "a"}, {"type": "b"}])j"))), ElementsAre("a", "b"));
  EXPECT_THAT(types(*parsed(either, posted(R"j({"type": "a"})j"))), ElementsAre("a"));
}

TEST(ReadEvents, dropbox_names_many_accounts) {
  const auto dropbox = document(R"j({})j", R"j({"type": "'list_folder'", "app_user_id": "each(list_folder.accounts)", "window": 60})j");
  const auto read = parsed(dropbox, posted(R"j({"list_folder": {"accounts": ["dbid:1", "dbid:2", "dbid:1"]}})j"));
  ASSERT_TRUE(read);
  EXPECT_THAT(read->messages.at(0).app_user_ids, ElementsAre("dbid:1", "dbid:2"));
  EXPECT_EQ(read->messages[0].event_id, "");
  EXPECT_EQ(read->window, model::Seconds{60});
}

TEST(ReadEvents, forms) {
  const auto twilio =
      document(R"j({"format": "form"})j",
               R"j({"type": "coalesce(SmsStatus, form(CallStatus))", "id": "MessageSid", "app_user_id": "form(AccountSid)"})j");
  const auto read = parsed(twilio, posted("MessageSid=SM1&SmsStatus=received&AccountSid=AC1&Body=a%26b&Body=c"));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->messages[0].event_type, "received");
  EXPECT_THAT(read->messages[0].app_user_ids, ElementsAre("AC1"));
  EXPECT_EQ(json::serialize(read->messages[0].event_payload.at("Body")), R"j(["a&b","c"])j");

  const auto slack = document(R"j({"format": "form_json", "field": "payload"})j", R"j({"type": "type"})j");
  EXPECT_THAT(types(*parsed(slack, posted("payload=%7B%22type%22%3A%22block_actions%22%7D"))), ElementsAre("block_actions"));
  EXPECT_THAT(parsed(slack, posted("other=1")).error().detail, HasSubstr("the form has no field payload"));
  EXPECT_FALSE(parsed(slack, posted("payload=1&payload=2")));
  EXPECT_FALSE(parsed(slack, posted("payload=%7B")));
}

TEST(ReadEvents, pub_sub_wraps_json_in_base64) {
  const auto pubsub = document(R"j({"format": "base64_json", "path": "message.data"})j",
                               R"j({"type": "'gmail'", "id": "root(message.messageId)", "app_user_id": "emailAddress"})j");
  const auto data = model::to_base64(R"j({"emailAddress": "a@b.c"})j");
  const auto read = parsed(pubsub, posted(R"j({"message": {"messageId": "m1", "data": ")j" + data + "\"}}"));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->messages[0].event_id, "m1");
  EXPECT_THAT(read->messages[0].app_user_ids, ElementsAre("a@b.c"));
  EXPECT_FALSE(parsed(pubsub, posted(R"j({"message": {"data": "%%"}})j")));
  EXPECT_FALSE(parsed(pubsub, posted(R"j({"message": {}})j")));
}

TEST(ReadEvents, body_that_is_a_jwt_and_no_body) {
  const auto wix = document(
      R"j({"format": "jwt_body"})j", R"j({"type": "eventType", "app_user_id": "claim(instanceId)"})j",
      R"j("secrets": [{"name": "key"}], "verify": [{"scheme": "jwt", "algorithms": ["HS256"], "key": {"secret": "key"}, "signature": {"bearer": true}}])j");
  const auto claims = json::parse(R"j({"eventType": "order", "instanceId": "i1"})j");
  const auto read = parsed(wix, posted("ey.j.x"), {.claims = claims});
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->messages[0].event_type, "order");
  EXPECT_THAT(read->messages[0].app_user_ids, ElementsAre("i1"));
  EXPECT_EQ(read->messages[0].event_payload, claims);

  const auto drive = document(R"j({"format": "none"})j", R"j({"type": "header(x-goog-resource-state)"})j");
  const auto empty = parsed(drive, posted("", {{"x-goog-resource-state", "sync"}}));
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->messages[0].event_type, "sync");
  EXPECT_TRUE(empty->messages[0].event_payload.is_null());
}

TEST(ReadEvents, skips_checks_and_acknowledges_by_type) {
  const auto slack = document(
      R"j({})j", R"j({"type": "type", "skip_when": [{"value": "type", "equals": "ping"}, {"value": "is_test"}],
    "valid_when": [{"value": "team", "equals": "{param.team}"}], "occurred_at": {"value": "ts", "unit": "s"}})j",
      R"j("parameters": [{"name": "team"}], "acknowledge": {"body": "ok", "by_type": [{"type": "view", "status": 202}, {"type": "ping", "status": 204}]})j");
  EndpointValues values;
  values.parameters["team"] = "T1";
  const auto read = [&](std::string body) { return *read_events(slack, posted(std::move(body)), values, {}); };
  EXPECT_THAT(read(R"j({"type": "ping"})j").messages, IsEmpty());
  EXPECT_EQ(read(R"j({"type": "ping"})j").acknowledgement.status, 204);
  EXPECT_THAT(read(R"j({"type": "a", "is_test": true})j").messages, IsEmpty());
  EXPECT_EQ(read(R"j({"type": "view"})j").acknowledgement.status, 202);
  EXPECT_EQ(read(R"j({"type": "a"})j").acknowledgement.body, "ok");
  EXPECT_FALSE(read(R"j({"type": "a", "team": "T2"})j").messages.at(0).valid_request);
  const auto message = read(R"j({"type": "a", "team": "T1", "ts": 1531420618})j").messages.at(0);
  EXPECT_TRUE(message.valid_request);
  EXPECT_EQ(message.occurred_at, model::from_unix_ms(1531420618000));
}

TEST(ReadEvents, what_is_no_event_is_unparsed) {
  const auto from = document(R"j({"split": "events"})j", R"j({"type": "type"})j");
  const std::string_view bodies[] = {"", "7", "\"text\"", "{", R"j({"events": 7})j", "{}", R"j({"events": []} x)j"};
  for (const auto body : bodies) EXPECT_FALSE(parsed(from, posted(std::string(body)))) << body;
  EXPECT_EQ(parsed({}, posted("{}")).error().code, model::Code::kInvalidInput);
}

TEST(ReadEvents, has_limits) {
  const auto from = document(R"j({"split": "$"})j", R"j({"type": "type", "id": "id", "app_user_id": "user"})j");
  const auto list = [](std::size_t items) {
    std::string out = "[";
    for (std::size_t i = 0; i < items; ++i) out += i == 0 ? "{}" : ",{}";
    return out + "]";
  };
  EXPECT_EQ(parsed(from, posted(list(kMostEvents)))->messages.size(), kMostEvents);
  EXPECT_EQ(parsed(from, posted(list(kMostEvents + 1))).error().code, model::Code::kPayloadTooLarge);
  EXPECT_TRUE(parsed(from, posted("[]" + std::string(kMostBodyBytes - 2, ' '))));
  EXPECT_EQ(parsed(from, posted("[]" + std::string(kMostBodyBytes - 1, ' '))).error().code, model::Code::kPayloadTooLarge);
  const auto deep = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parsed(from, posted(deep(64))));
  EXPECT_FALSE(parsed(from, posted(deep(65))));
  const auto strange = parsed(from, posted(R"j([{"type": ")j" + std::string(257, 't') + R"j(", "id": ")j" + std::string(513, 'i') +
                                           R"j(", "user": ")j" + std::string(513, 'u') + "\"}]"));
  EXPECT_EQ(strange->messages.at(0).event_type, "unknown");
  EXPECT_EQ(strange->messages[0].event_id.size(), 64U);
  EXPECT_THAT(strange->messages[0].app_user_ids, IsEmpty());
}

/// Without an end, a thousand events that each look at one megabyte would hold the thread for minutes.
TEST(ReadEvents, values_have_a_budget) {
  const auto from = document(R"j({"split": "list"})j", R"j({"type": "type", "id": "hash(root(big), root(big), root(big), root(big))"})j");
  const auto sent = [&](std::size_t bytes, std::size_t items) {
    std::string list;
    for (std::size_t i = 0; i < items; ++i) list += i == 0 ? "{}" : ",{}";
    return parsed(from, posted(R"j({"big": ")j" + std::string(bytes, 'b') + "\", \"list\": [" + list + "]}"));
  };
  EXPECT_TRUE(sent(1 << 19, 10));
  EXPECT_TRUE(sent(1 << 10, 1000));
  EXPECT_EQ(sent(1 << 19, 1000).error().code, model::Code::kPayloadTooLarge);
}

ServiceDocument clicks() {
  auto read = read_service_document(json::parse(R"j({"action": {"deadline": 5, "forms": [
    {"when": [{"content_type": "application/x-www-form-urlencoded"}, {"body": "type", "equals": "block_suggestion"}],
     "parse": {"format": "form_json", "field": "payload"}, "type": "type", "action_id": "action_id", "needs_reply": true,
     "reply": {"content_type": "application/json", "body": "{{\"options\":[]}}"}},
    {"when": [{"form": "payload"}], "parse": {"format": "form_json", "field": "payload"}, "type": "type", "action_id": "actions.0.action_id",
     "app_user_id": "user.id", "response_url": "response_url", "payload": "actions.0"},
    {"when": [{"form": "command"}], "parse": {"format": "form"}, "type": "'command'", "action_id": "command", "app_user_id": "user_id"}]}})j"));
  EXPECT_TRUE(read) << (read ? "" : read.error().fields.at(0).pointer + read.error().fields.at(0).detail);
  return std::move(*read);
}

TEST(ReadAction, the_first_form_that_fits_decides) {
  const auto from = clicks();
  const model::Pairs form{{"content-type", "application/x-www-form-urlencoded"}};
  const auto click = read_action(
      from,
      posted("payload=" +
                 model::percent_encode(R"j({"type": "block_actions", "user": {"id": "U1"}, "response_url": "https://hooks.slack.com/a",
        "actions": [{"action_id": "approve", "value": "1"}]})j"),
             form),
      {}, {});
  ASSERT_TRUE(click) << click.error().detail;
  EXPECT_EQ(click->action_id, "approve");
  EXPECT_EQ(click->message.event_type, "block_actions");
  EXPECT_THAT(click->message.app_user_ids, ElementsAre("U1"));
  EXPECT_EQ(click->response_url, "https://hooks.slack.com/a");
  EXPECT_EQ(click->message.event_payload.at("value").as_string(), "1");
  EXPECT_EQ(click->deadline, model::Seconds{5});
  EXPECT_FALSE(click->needs_reply);

  const auto options =
      read_action(from, posted("payload=" + model::percent_encode(R"j({"type": "block_suggestion", "action_id": "pick"})j"), form), {}, {});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_TRUE(options->needs_reply);
  EXPECT_EQ(options->reply.body, R"j({"options":[]})j");
  EXPECT_EQ(options->reply.content_type, "application/json");

  const auto command = read_action(from, posted("command=%2Fdeploy&user_id=U2", form), {}, {});
  ASSERT_TRUE(command) << command.error().detail;
  EXPECT_EQ(command->action_id, "/deploy");
  EXPECT_FALSE(read_action(from, posted("else=1", form), {}, {}));
  EXPECT_FALSE(read_action(from, posted(std::string(kMostBodyBytes + 1, 'a'), form), {}, {}));
  EXPECT_FALSE(read_action({}, posted("", form), {}, {}));
}

}  // namespace
}  // namespace valetkey::services
