#include "events/ingress/held_replies.hpp"

#include <gmock/gmock.h>

#include "events/delivery/standard_webhooks.hpp"
#include "model/destination.hpp"
#include "support/events_rig.hpp"

namespace valetkey::events {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

const test::PresetTexts kPresets{
    {"chat", R"j({"slug":"chat","title":"Chat","documentation_url":"https://chat.example","checked_on":"2026-01-01","confidence":"sdk",
      "secrets":[{"name":"app_secret","title":"Secret","help":"Settings","from":"client_secret"}],
      "verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"app_secret"},
                 "signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}],
      "parse":{"format":"json"},"event":{"type":"type"},
      "action":{"deadline":3,"forms":[{"parse":{"format":"json"},"type":"type","action_id":"action","id":"id","response_url":"back",
                "reply":{"status":200,"content_type":"application/json","json":{"fallback":"yes"}},"needs_reply":true}]}})j"}};

class HeldRepliesTest : public testing::Test {
 public:
  test::EventsRig rig{kPresets};
  model::Endpoint endpoint = with_destination();

  model::Endpoint with_destination() {
    model::Destination destination{.id = model::DestinationId{"dest_1"}, .tenant = rig.tenant, .name = "computes"};
    destination.url = "https://platform.example/replies";
    model::StoredSecret secret{.set_at = rig.clock.wall_now()};
    secret.sealed =
        rig.value_of(rig.keys->seal(vault::destination_secret_place(destination, secret.set_at), make_webhook_secret(rig.random)));
    destination.secrets.push_back(std::move(secret));
    rig.put(destination);
    return rig.change(rig.add_endpoint("chat", "chat-key"), R"({"reply_destination":"dest_1"})");
  }
  Arrival click(std::string id, std::string_view secret = "client-secret") {
    auto body = R"({"type":"options","action":"menu","id":")" + id + R"(","back":"https://chat.example/back"})";
    auto signature = test::EventsRig::hmac_hex(secret, body);
    auto arrival = test::EventsRig::arrival("chat", "chat-key", std::move(body), {{"x-sig", signature}});
    arrival.kind = model::RequestKind::kAction;
    return arrival;
  }
  void answer_with(int status, std::string type, std::string body) {
    rig.network.answer = [=](const ports::HttpRequest&) {
      return ports::HttpResponse{.status = status, .headers = {{"content-type", type}, {"set-cookie", "a=b"}}, .body = body};
    };
  }
};

TEST_F(HeldRepliesTest, the_destination_is_asked_once_after_the_write_and_its_answer_is_the_reply) {
  answer_with(200, "application/json; charset=utf-8", R"({"options":[]})");
  const auto answer = rig.receive(click("1"));
  EXPECT_EQ(answer.reply.status, 200);
  EXPECT_EQ(answer.reply.body, R"({"options":[]})");
  EXPECT_EQ(answer.reply.content_type, "application/json; charset=utf-8");
  EXPECT_THAT(answer.reply.headers, SizeIs(0));
  ASSERT_THAT(rig.network.seen, SizeIs(1));
  const auto& asked = rig.network.seen.front();
  EXPECT_EQ(asked.url, "https://platform.example/replies");
  EXPECT_EQ(asked.deadline, model::Milliseconds{2'500}) << "half a second before the application stops waiting";
  EXPECT_THAT(asked.body, HasSubstr(R"("type":"action.options")"));
  EXPECT_THAT(asked.body, HasSubstr(R"("action_id":"menu")"));
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(asked.headers, [&](const auto& header) { return header.first == name; });
  };
  EXPECT_TRUE(has("webhook-id") && has("webhook-signature"));
  EXPECT_THAT(rig.all<model::ReceivedRequest>(), SizeIs(1));
}

TEST_F(HeldRepliesTest, security_s33_nobody_is_asked_before_verification_or_twice) {
  answer_with(200, "application/json", "{}");
  EXPECT_EQ(test::EventsRig::status_of(rig.receive(click("1", "wrong"))), 401);
  EXPECT_THAT(rig.network.seen, SizeIs(0));
  (void)rig.receive(click("1"));
  EXPECT_EQ(rig.receive(click("1")).reply.body, R"({"fallback":"yes"})") << "a repeat is told the fall-back";
  EXPECT_THAT(rig.network.seen, SizeIs(1));
}

TEST_F(HeldRepliesTest, security_s13_what_is_no_text_json_or_xml_and_what_fails_is_the_fall_back) {
  int number = 0;
  const auto reply = [&] { return rig.receive(click(std::to_string(++number))).reply.body; };
  answer_with(200, "text/html", "<script>alert(1)</script>");
  EXPECT_EQ(reply(), R"({"fallback":"yes"})");
  answer_with(500, "application/json", "{}");
  EXPECT_EQ(reply(), R"({"fallback":"yes"})");
  rig.network.answer = [](const ports::HttpRequest&) -> std::expected<ports::HttpResponse, ports::HttpFailure> {
    return std::unexpected(ports::HttpFailure{.state = ports::SendState::kSent, .error = {.code = model::Code::kOutcomeUnknown}});
  };
  EXPECT_EQ(reply(), R"({"fallback":"yes"})");
  answer_with(200, "text/xml", "<Response/>");
  EXPECT_EQ(reply(), "<Response/>");
}

TEST_F(HeldRepliesTest, security_s33_beyond_32_of_an_endpoint_the_fall_back_is_told_at_once) {
  model::ReceivedRequest request{.id = model::RequestId{"req_1"}, .tenant = rig.tenant, .endpoint = endpoint.id};
  int asked = 0;
  int crowded = 0;
  std::function<ports::Task<std::optional<services::Reply>>()> ask;
  // Each asks for one more while it is held itself.
  struct Nested final : ports::HttpClient {
    std::function<ports::Task<std::optional<services::Reply>>()>* ask = nullptr;
    int* asked = nullptr;
    int* crowded = nullptr;
    ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest) override {
      ++*asked;
      if (!co_await (*ask)()) ++*crowded;
      co_return ports::HttpResponse{.status = 200, .headers = {{"content-type", "text/plain"}}, .body = "ok"};
    }
  } network;
  network.ask = &ask;
  network.asked = &asked;
  network.crowded = &crowded;
  Context context{.records = *rig.records,
                  .keys = *rig.keys,
                  .http = network,
                  .clock = rig.clock,
                  .random = rig.random,
                  .metrics = rig.metrics,
                  .log = rig.log,
                  .bus = rig.bus,
                  .executor = rig.world->get_executor()};
  HeldReplies crowd(context);
  ask = [&]() -> ports::Task<std::optional<services::Reply>> {
    co_return co_await crowd.ask(endpoint, request, {}, rig.clock.boot_now() + model::Seconds{3});
  };
  const auto first = test::run(*rig.world, ask());
  ASSERT_TRUE(first);
  EXPECT_EQ(asked, 32);
  EXPECT_EQ(crowded, 1);
  const auto again = test::run(*rig.world, ask());
  EXPECT_TRUE(again) << "places are given back";
}

}  // namespace
}  // namespace valetkey::events
