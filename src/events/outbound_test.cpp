#include "events/outbound.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <set>

#include "events/delivery/replay.hpp"
#include "events/delivery/standard_webhooks.hpp"
#include "events/outbox/event_document.hpp"
#include "support/outbound_rig.hpp"

namespace valetkey::test {
namespace {

using model::DeliveryState;
using model::Seconds;

const std::string kUrl = OutboundRig::url("a");

TEST(Dispatcher, each_event_makes_one_delivery_for_each_destination_that_wants_it) {
  OutboundRig rig;
  rig.destination("a");
  rig.destination("b", R"({"types":["webhook.*"]})");
  for (const auto* type : {"connection.created", "webhook.push", "action.click"}) rig.emit(type);
  rig.settle();
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 3U);
  EXPECT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 1U);
  rig.restart();
  rig.settle();
  EXPECT_EQ(rig.deliveries().size(), 4U);
}

TEST(Dispatcher, two_nodes_pass_each_event_once) {
  OutboundRig rig;
  rig.destination("a");
  rig.outbound->dispatcher().stop();
  events::DestinationCache cache(*rig.context);
  events::EventTail tail;
  events::Dispatcher one(*rig.context, cache, tail, {});
  events::Dispatcher two(*rig.context, cache, tail, {});
  for (int i = 0; i < 30; ++i) {
    rig.emit();
    one.wake();
    two.wake();
  }
  rig.base.settle();
  EXPECT_EQ(rig.deliveries().size(), 30U);
  std::set<std::string> events;
  for (const auto& delivery : rig.deliveries()) events.insert(delivery.event.str());
  EXPECT_EQ(events.size(), 30U);
  one.stop();
  two.stop();
  rig.base.settle();
}

TEST(Dispatcher, a_destination_that_is_disabled_gets_nothing_and_one_that_is_new_gets_what_comes_then) {
  OutboundRig rig;
  rig.emit();
  rig.settle();
  auto destination = rig.destination("a");
  const auto second = rig.emit();
  rig.settle();
  ASSERT_EQ(rig.receivers.at(kUrl).size(), 1U);
  EXPECT_EQ(rig.receivers.at(kUrl)[0].header("webhook-id"), second);
  const auto change = [&](const char* body) {
    rig.value_of(events::DestinationRecords(*rig.context, *rig.outbound)
                     .change(rig.load<model::Destination>(destination.id.str()), boost::json::parse(body).as_object(), {}));
    rig.settle();
  };
  change(R"({"enabled":false})");
  EXPECT_EQ(rig.load<model::Destination>(destination.id.str()).disabled_reason, "by_operator");
  rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 1U);
  change(R"({"enabled":true})");
  rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 2U);
}

TEST(Dispatcher, security_s41_a_destination_that_was_tampered_with_gets_nothing_and_keeps_no_other_waiting) {
  OutboundRig rig;
  const auto bad = rig.destination("a");
  rig.destination("b");
  auto row = rig.value_of(rig.base.store->get(model::Kind::kDestination, bad.id.str())).value();
  row.doc.replace(row.doc.find("a.example"), 9, "e.example");
  rig.done(rig.base.store->apply({.writes = {ports::Put{row}}}));
  rig.emit();
  rig.settle();
  EXPECT_EQ(rig.receivers.seen.size(), 1U);
  EXPECT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 1U);
}

TEST(Destinations, rotation_signs_with_both_until_the_older_one_ends) {
  OutboundRig rig;
  const auto made = rig.destination("a");
  const auto old_secret = rig.secrets["a"];
  const auto rotated = rig.value_of(
      events::DestinationRecords(*rig.context, *rig.outbound).rotate_secret(rig.load<model::Destination>(made.id.str()), Seconds{60}, {}));
  const auto signature_of = [&](const model::Secret& secret, const Receivers::Seen& seen) {
    return events::webhook_signature(secret, seen.header("webhook-id"), seen.at, seen.request.body);
  };
  rig.emit();
  rig.settle();
  const auto both = rig.receivers.at(kUrl).at(0);
  EXPECT_EQ(both.header("webhook-signature"), signature_of(rotated.secret, both) + " " + signature_of(old_secret, both));
  rig.jump(Seconds{60});
  rig.emit();
  rig.settle();
  const auto one = rig.receivers.at(kUrl).at(1);
  EXPECT_EQ(one.header("webhook-signature"), signature_of(rotated.secret, one));
}

TEST(Destinations, security_s35_a_new_url_is_a_new_audience_with_a_new_secret_unless_it_is_kept) {
  OutboundRig rig;
  const auto made = rig.destination("a");
  const auto change = [&](const char* body) {
    return rig.value_of(events::DestinationRecords(*rig.context, *rig.outbound)
                            .change(rig.load<model::Destination>(made.id.str()), boost::json::parse(body).as_object(), {}));
  };
  const auto renewed = change(R"({"url":"https://b.example/hook"})");
  ASSERT_FALSE(renewed.secret.empty());
  EXPECT_FALSE(renewed.secret == rig.secrets["a"]);
  EXPECT_EQ(renewed.destination.secrets.size(), 1U);
  const auto kept = change(R"({"url":"https://c.example/hook","keep_secret":true})");
  EXPECT_TRUE(kept.secret.empty());
  rig.emit();
  rig.settle();
  const auto seen = rig.receivers.at("https://c.example/hook").at(0);
  EXPECT_EQ(seen.header("webhook-signature"),
            events::webhook_signature(renewed.secret, seen.header("webhook-id"), seen.at, seen.request.body));
}

TEST(Replay, sends_again_under_the_same_id_from_the_first_step) {
  OutboundRig rig;
  const auto a = rig.destination("a");
  const auto b = rig.destination("b", R"({"types":["nothing"]})");
  rig.receivers.script[kUrl] = {{.status = 410}};
  const auto id = rig.emit();
  rig.settle();
  events::Replay replay(*rig.context, *rig.outbound);
  EXPECT_EQ(run(*rig.base.world, replay.delivery(rig.deliveries().at(0), {})).error().code, model::Code::kConflict) << "disabled";
  rig.value_of(events::DestinationRecords(*rig.context, *rig.outbound)
                   .change(rig.load<model::Destination>(a.id.str()), boost::json::parse(R"({"enabled":true})").as_object(), {}));
  rig.done(replay.delivery(rig.deliveries().at(0), {}));
  rig.settle();
  ASSERT_EQ(rig.receivers.at(kUrl).size(), 2U);
  EXPECT_EQ(rig.receivers.at(kUrl)[1].header("webhook-id"), id);
  EXPECT_EQ(rig.deliveries().at(0).attempts, 1);
  EXPECT_TRUE(rig.deliveries().at(0).is_replay);

  const auto event = rig.all_events().at(0);
  rig.done(replay.event(event, std::nullopt, {}));
  rig.done(replay.event(event, b.id.str(), {}));
  rig.settle();
  EXPECT_EQ(rig.receivers.at(kUrl).size(), 3U);
  ASSERT_EQ(rig.receivers.at(OutboundRig::url("b")).size(), 1U) << "one that is named, whatever its filter says";
  EXPECT_EQ(rig.deliveries().size(), 2U) << "one for each event and destination";
}

TEST(Replay, many_by_state_type_and_time) {
  OutboundRig rig;
  const auto a = rig.destination("a");
  rig.receivers.otherwise[kUrl] = {.status = 500};
  const auto start = rig.base.clock.wall_now() + model::Milliseconds{1};  // when the next event is born
  rig.emit("webhook.one");
  rig.settle();
  rig.jump(Seconds{1});
  rig.emit("webhook.two");
  rig.settle();
  // The end of the ladder, without walking it.
  for (auto delivery : rig.deliveries()) {
    delivery.state = DeliveryState::kDead;
    delivery.due_at = std::nullopt;
    rig.done(rig.base.store->apply({.writes = {rig.base.records->put(delivery)}}));
  }
  rig.receivers.otherwise[kUrl] = {};
  rig.receivers.seen.clear();
  events::Replay replay(*rig.context, *rig.outbound);
  const auto destination = rig.load<model::Destination>(a.id.str());
  const auto many = [&](events::ReplayFilter filter) {
    auto page = rig.value_of(replay.many(destination, std::move(filter), {}));
    rig.settle();
    EXPECT_EQ(page.next, "");
    return page.replayed;
  };
  EXPECT_EQ(many({.state = DeliveryState::kDead, .types = {"webhook.one"}}), 1);
  EXPECT_EQ(many({.state = DeliveryState::kDead}), 1) << "the one that is left";
  EXPECT_EQ(many({.state = DeliveryState::kDead}), 0);
  EXPECT_EQ(rig.receivers.seen.size(), 2U);
  EXPECT_EQ(many({.since = start}), 2);
  EXPECT_EQ(many({.since = start + model::Milliseconds{1}}), 1);
  EXPECT_EQ(many({.since = start, .until = start + Seconds{1}}), 1);
  EXPECT_EQ(rig.deliveries().size(), 2U);
}

TEST(Outbound, erases_what_is_past_its_retention_to_the_millisecond) {
  OutboundRig rig;
  rig.destination("a");
  rig.emit();
  rig.receive({});
  rig.settle();
  rig.jump(std::chrono::hours{24 * 30} - model::Milliseconds{1});
  rig.done(rig.outbound->sweep());
  EXPECT_EQ(rig.all_events().size(), 1U);
  EXPECT_EQ(rig.deliveries().size(), 1U);
  rig.jump(model::Milliseconds{2});
  rig.done(rig.outbound->sweep());
  EXPECT_EQ(rig.all_events().size(), 0U);
  EXPECT_EQ(rig.deliveries().size(), 0U);
  EXPECT_EQ(rig.value_of(rig.base.store->count({.kind = model::Kind::kReceivedRequest})), 0);
}

TEST(EventTail, tells_who_follows_and_ends_when_the_broker_does) {
  OutboundRig rig;
  using News = events::EventTail::News;
  std::vector<News> news;
  const auto follow = [&](std::int64_t after) {
    boost::asio::co_spawn(*rig.base.world, rig.outbound->tail().wait(rig.base.tenant, after, rig.base.clock.boot_now() + Seconds{15}),
                          [&](const std::exception_ptr&, News one) { news.push_back(one); });
    rig.base.settle();
  };
  follow(0);
  EXPECT_TRUE(news.empty());
  rig.emit();
  rig.settle();
  EXPECT_EQ(news, std::vector{News::kEvents});
  follow(0);
  EXPECT_EQ(news.size(), 2U) << "at once, for what it has not seen";
  follow(1'000);
  rig.base.clock.advance(Seconds{15});
  rig.outbound->tail().tick(rig.base.clock.boot_now());
  rig.base.settle();
  EXPECT_EQ(news.back(), News::kNone);
  follow(1'000);
  rig.outbound->tail().close();
  rig.base.settle();
  EXPECT_EQ(news.back(), News::kEnd);
  follow(1'000);
  EXPECT_EQ(news.size(), 5U);
}

}  // namespace
}  // namespace valetkey::test
