#include "events/delivery/sender.hpp"

#include <gtest/gtest.h>

#include "events/delivery/standard_webhooks.hpp"
#include "support/outbound_rig.hpp"

namespace valetkey::test {
namespace {

using model::DeliveryState;
using model::Seconds;

const std::string kUrl = OutboundRig::url("a");

TEST(Sender, delivers_what_the_broker_tells_signed_and_once) {
  OutboundRig rig;
  const auto destination = rig.destination("a");
  const auto id = rig.emit("connection.created", R"({"end_user":"u","state":"active"})", "conn_1");
  rig.settle();
  const auto seen = rig.receivers.at(kUrl);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].request.method, "POST");
  EXPECT_EQ(seen[0].header("webhook-id"), id);
  EXPECT_EQ(seen[0].header("content-type"), "application/json");
  EXPECT_EQ(seen[0].header("webhook-signature"),
            events::webhook_signature(rig.secrets["a"], id, rig.base.clock.wall_now(), seen[0].request.body));
  const auto body = seen[0].body();
  EXPECT_EQ(body.at("type"), "connection.created");
  EXPECT_EQ(body.at("id").as_string(), id);
  EXPECT_EQ(body.at("timestamp").as_string(), model::to_rfc3339(rig.base.clock.wall_now()));
  EXPECT_EQ(body.at("data").at("connection"), "conn_1");
  EXPECT_EQ(body.at("data").at("end_user"), "u");
  EXPECT_TRUE(body.at("data").at("request").is_null());
  const auto deliveries = rig.deliveries();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(deliveries[0].state, DeliveryState::kDelivered);
  EXPECT_EQ(deliveries[0].destination, destination.id);
  EXPECT_EQ(deliveries[0].due_at, std::nullopt);
  ASSERT_EQ(deliveries[0].log.size(), 1U);
  EXPECT_EQ(deliveries[0].log[0].status, 200);
  rig.jump(std::chrono::hours{100});
  EXPECT_EQ(rig.receivers.seen.size(), 1U);
}

TEST(Sender, security_s35_the_audience_is_signed_and_no_other_url_has_the_secret) {
  OutboundRig rig;
  auto destination = rig.destination("a");
  rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.at(kUrl).at(0).body().at("audience").as_string(), kUrl);
  // Somebody who can write the row, MAC and all, still has no signature for another URL.
  destination = rig.load<model::Destination>(destination.id.str());
  destination.url = OutboundRig::url("b");
  rig.done(rig.base.store->apply({.writes = {rig.base.records->put(destination)}}));
  rig.emit();
  rig.settle();
  EXPECT_TRUE(rig.receivers.at(OutboundRig::url("b")).empty());
  EXPECT_EQ(rig.deliveries().back().log.at(0).error, "integrity");
}

TEST(Sender, goes_down_the_ladder_to_the_millisecond_and_then_keeps_it_as_dead) {
  OutboundRig rig;
  const auto destination = rig.destination("a", R"({"types":["connection.created"]})");
  rig.destination("b", R"({"types":["delivery.*"]})");
  rig.receivers.otherwise[kUrl] = {.status = 500, .body = "no"};
  const auto id = rig.emit();
  rig.settle();
  const std::vector<std::int64_t> ladder{5, 30, 120, 600, 1800, 7200, 18'000, 36'000, 50'400, 72'000};
  for (std::size_t step = 0; step < ladder.size(); ++step) {
    ASSERT_EQ(rig.receivers.at(kUrl).size(), step + 1);
    const auto due = *rig.deliveries().at(0).due_at;
    const auto wait = due - rig.base.clock.wall_now();
    EXPECT_GE(wait, Seconds{ladder[step]});
    EXPECT_LE(wait, model::Milliseconds{ladder[step] * 1100});
    rig.outbound->breakers().succeeded(destination.id);  // its own test
    rig.jump(wait - model::Milliseconds{1});
    ASSERT_EQ(rig.receivers.at(kUrl).size(), step + 1) << "a tick early";
    rig.jump(model::Milliseconds{1});
  }
  ASSERT_EQ(rig.receivers.at(kUrl).size(), 11U);
  for (const auto& seen : rig.receivers.at(kUrl)) EXPECT_EQ(seen.header("webhook-id"), id);
  const auto dead = rig.deliveries().at(0);
  EXPECT_EQ(dead.state, DeliveryState::kDead);
  EXPECT_EQ(dead.attempts, 11);
  EXPECT_EQ(dead.log.size(), 11U);
  rig.settle();
  ASSERT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 1U) << "others are told";
  const auto told = rig.receivers.at(OutboundRig::url("b")).at(0).body();
  EXPECT_EQ(told.at("type"), "delivery.dead");
  EXPECT_EQ(told.at("data").at("destination").as_string(), destination.id.str());
  EXPECT_EQ(told.at("data").at("event").as_string(), id);
}

TEST(Sender, honours_retry_after_where_it_is_longer_and_does_not_take_it_for_a_failure) {
  OutboundRig rig;
  rig.destination("a");
  for (int i = 0; i < 6; ++i)
    rig.receivers.script[kUrl].push_back({.status = i % 2 == 0 ? 429 : 503, .headers = {{"retry-after", "100000"}}});
  rig.emit();
  rig.settle();
  EXPECT_EQ(*rig.deliveries().at(0).due_at - rig.base.clock.wall_now(), Seconds{86'400}) << "a day at most";
  for (int i = 0; i < 6; ++i) rig.jump(std::chrono::hours{24});
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 7U);
  EXPECT_EQ(rig.deliveries().at(0).state, DeliveryState::kDelivered);
}

struct AnswerCase {
  Receivers::Answer answer;
  const char* error;
};

TEST(Sender, tells_what_went_wrong_and_tries_again) {
  for (const auto& [answer, error] : {AnswerCase{{.status = 500}, "status"},
                                      {{.status = 404}, "status"},
                                      {{.status = 199}, "status"},
                                      {{.status = 302, .headers = {{"location", "https://evil.example/"}}}, "redirect"},
                                      {{.is_not_sent = true}, "unreachable"},
                                      {{.is_lost = true}, "no_answer"}}) {
    OutboundRig rig;
    rig.destination("a");
    rig.receivers.script[kUrl] = {answer};
    rig.emit();
    rig.settle();
    EXPECT_EQ(rig.deliveries().at(0).log.at(0).error, error);
    EXPECT_EQ(rig.deliveries().at(0).state, DeliveryState::kPending);
    rig.jump(Seconds{6});
    EXPECT_EQ(rig.deliveries().at(0).state, DeliveryState::kDelivered) << error;
    EXPECT_EQ(rig.receivers.seen.size(), 2U);
  }
}

TEST(Sender, an_answer_of_410_disables_the_destination_and_cancels_what_waits_for_it) {
  OutboundRig rig;
  const auto destination = rig.destination("a");
  rig.destination("b", R"({"types":["destination.disabled"]})");
  rig.receivers.otherwise[kUrl] = {.status = 500};
  rig.emit();
  rig.settle();
  rig.receivers.otherwise[kUrl] = {.status = 410};
  rig.emit();
  rig.settle();
  const auto stored = rig.load<model::Destination>(destination.id.str());
  EXPECT_FALSE(stored.is_enabled);
  EXPECT_EQ(stored.disabled_reason, "gone");
  EXPECT_EQ(rig.deliveries().at(0).state, DeliveryState::kCancelled);
  EXPECT_EQ(rig.deliveries().at(1).state, DeliveryState::kDead);
  rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 2U);
  ASSERT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 1U);
  EXPECT_EQ(rig.receivers.at(OutboundRig::url("b")).at(0).body().at("data").at("reason"), "gone");
}

TEST(Sender, a_destination_that_fails_is_left_alone_while_others_are_served) {
  OutboundRig rig;
  rig.destination("a");
  rig.destination("b");
  rig.receivers.otherwise[kUrl] = {.status = 500};
  for (int i = 0; i < 20; ++i) rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 20U);
  const auto before_open = rig.receivers.at(kUrl).size();
  EXPECT_LE(before_open, 12U) << "five failures, and what was under way then";
  rig.pass(Seconds{29});
  EXPECT_EQ(rig.receivers.at(kUrl).size(), before_open);
  rig.pass(Seconds{4});
  EXPECT_EQ(rig.receivers.at(kUrl).size(), before_open + 1) << "the probe";
  rig.receivers.otherwise[kUrl] = {};
  rig.pass(Seconds{140});
  rig.pass(Seconds{40});
  for (const auto& delivery : rig.deliveries()) EXPECT_EQ(delivery.state, DeliveryState::kDelivered);
}

TEST(Sender, a_slow_destination_takes_eight_places_and_no_more) {
  OutboundRig rig;
  rig.destination("a");
  rig.destination("b");
  rig.receivers.otherwise[kUrl] = {.delay = Seconds{10}};
  for (int i = 0; i < 40; ++i) rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.most_at_once[kUrl], 8);
  EXPECT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 40U);
  EXPECT_EQ(rig.outbound->under_way(), 8U);
  rig.pass(Seconds{60});
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 40U);
  EXPECT_EQ(rig.receivers.most_at_once[kUrl], 8);
}

TEST(Sender, what_was_under_way_in_a_crash_is_sent_again_with_the_same_id) {
  OutboundRig rig;
  rig.destination("a");
  rig.receivers.script[kUrl] = {{.delay = Seconds{10}}};
  const auto id = rig.emit();
  rig.settle();
  ASSERT_EQ(rig.receivers.at(kUrl).size(), 1U);
  rig.restart();
  rig.settle();
  ASSERT_EQ(rig.receivers.at(kUrl).size(), 2U);
  EXPECT_EQ(rig.receivers.at(kUrl).at(1).header("webhook-id"), id);
  EXPECT_EQ(rig.receivers.at(kUrl).at(0).request.body, rig.receivers.at(kUrl).at(1).request.body);
  EXPECT_EQ(rig.deliveries().at(0).state, DeliveryState::kDelivered);
}

TEST(Sender, keeps_what_came_of_an_attempt_when_the_store_is_back) {
  OutboundRig rig;
  rig.destination("a");
  rig.receivers.script[kUrl] = {{.delay = Seconds{2}}};
  rig.emit();
  rig.settle();
  rig.base.is_store_down = true;
  rig.pass(Seconds{10});
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 1U);
  rig.base.is_store_down = false;
  rig.pass(Seconds{3});
  EXPECT_EQ(rig.deliveries().at(0).state, DeliveryState::kDelivered);
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 1U) << "not made again";
}

TEST(Sender, security_s35_keeps_the_beginning_of_a_reply_and_sealed) {
  OutboundRig rig;
  rig.destination("a");
  rig.receivers.script[kUrl] = {{.status = 500, .body = "the reason"}};
  rig.emit();
  rig.settle();
  const auto delivery = rig.deliveries().at(0);
  EXPECT_EQ(rig.receivers.seen.at(0).request.max_response, 4096U);
  EXPECT_TRUE(rig.receivers.seen.at(0).request.keeps_beginning);
  EXPECT_EQ(delivery.reply.bytes.find("the reason"), std::string::npos);
  EXPECT_EQ(rig.value_of(rig.base.keys->open(vault::delivery_reply_place(delivery), delivery.reply)).reveal(), "the reason");
}

}  // namespace
}  // namespace valetkey::test
