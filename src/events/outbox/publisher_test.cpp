#include "events/outbox/publisher.hpp"

#include "events/outbox/event_document.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <set>

#include "support/outbound_rig.hpp"

namespace valetkey::test {
namespace {

using events::StoredMessage;
using model::ConnectionState;
using model::RequestState;

StoredMessage message_of(std::vector<std::string> users, std::string type = "push") {
  StoredMessage stored;
  stored.message.app_user_ids = std::move(users);
  stored.message.event_type = std::move(type);
  stored.message.event_id = "e1";
  stored.message.event_payload = boost::json::parse(R"({"text":"hello"})");
  stored.message.unsigned_members = {"event_type"};
  return stored;
}

boost::json::object payload_of(const model::Event& event) { return boost::json::parse(event.payload).as_object(); }

TEST(Publisher, one_event_for_each_message_and_connection) {
  OutboundRig rig;
  const auto one = rig.connection_of("U1", ConnectionState::kActive, "alice");
  const auto same = rig.connection_of("U1", ConnectionState::kNeedsReconnect, "bob");
  const auto other = rig.connection_of("U2");
  rig.connection_of("U3");
  const auto request = rig.receive({message_of({"U1"}), message_of({"U2", "U1", "U2"}, "")});
  rig.settle();
  const auto events = rig.all_events();
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[0].type, "webhook.push");
  EXPECT_EQ(events[2].type, "webhook.unknown");
  EXPECT_EQ(events[0].connection, one.id.str());
  EXPECT_EQ(events[1].connection, same.id.str());
  EXPECT_EQ((std::set{events[2].connection, events[3].connection, events[4].connection}),
            (std::set{one.id.str(), same.id.str(), other.id.str()}));
  const auto payload = payload_of(events[0]);
  EXPECT_EQ(payload.at("app_user_id"), "U1");
  EXPECT_EQ(payload.at("end_user"), "alice");
  EXPECT_EQ(payload.at("event_id"), "e1");
  EXPECT_EQ(payload.at("unsigned"), boost::json::parse(R"(["event_type"])"));
  EXPECT_EQ(payload.at("message").as_string(), request.id.str() + "/0");
  EXPECT_EQ(payload.at("verification"), "preset/sim");
  EXPECT_EQ(events[0].request, request.id.str());
  EXPECT_EQ(events[0].integration, "sim");
  EXPECT_EQ(rig.value_of(events::payload_of(*rig.context, events[0])), R"({"text":"hello"})");
  EXPECT_EQ(rig.load<model::ReceivedRequest>(request.id.str()).state, RequestState::kPublished);
}

TEST(Publisher, security_s28_matching_never_leaves_the_credential_of_the_endpoint) {
  OutboundRig rig;
  auto foreign = rig.connection_of("U1");
  foreign.credential = model::CredentialId{"cred_2"};
  auto stranger = rig.connection_of("U1");
  stranger.tenant = model::TenantId{"ten_other"};
  rig.done(rig.base.store->apply({.writes = {ports::Erase{model::Kind::kConnection, stranger.id.str()}}}));
  rig.done(rig.base.store->apply({.writes = {rig.base.records->put(foreign), rig.base.records->put(stranger)}}));
  rig.receive({message_of({"U1"})});
  rig.settle();
  const auto events = rig.all_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].connection, "");
}

TEST(Publisher, security_s28_an_endpoint_s_own_connection_gets_its_events_whatever_the_payload_says) {
  OutboundRig rig;
  const auto own = rig.connection_of("U1");
  rig.connection_of("U2");
  rig.receive({message_of({"U2"})}, own.id);
  rig.receive({message_of({"U2"})}, model::ConnectionId{"conn_gone"});
  rig.settle();
  const auto events = rig.all_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ((std::set{events[0].connection, events[1].connection}), (std::set{own.id.str(), std::string()}));
  for (const auto& request : rig.value_of(rig.base.records->find<model::ReceivedRequest>({})))
    EXPECT_EQ(request.state, RequestState::kPublished) << "there is nothing that the second could wait for";
}

TEST(Publisher, security_s28_who_has_not_confirmed_or_was_revoked_gets_nothing) {
  OutboundRig rig;
  rig.connection_of("U1", ConnectionState::kAwaitingConfirmation);
  rig.connection_of("U1", ConnectionState::kRevoked);
  const auto held = rig.connection_of("U1", ConnectionState::kHeld);
  rig.receive({message_of({"U1"})});
  rig.settle();
  const auto events = rig.all_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].connection, held.id.str());
}

TEST(Publisher, what_has_no_connection_is_published_without_one_and_matched_once_when_one_appears) {
  OutboundRig rig;
  const auto request = rig.receive({message_of({"U1"}), message_of({"U2"})});
  rig.settle();
  ASSERT_EQ(rig.all_events().size(), 2U);
  const auto first = rig.all_events()[0];
  EXPECT_EQ(first.connection, "");
  EXPECT_EQ(payload_of(first).at("app_user_id"), "U1");
  EXPECT_EQ(rig.load<model::ReceivedRequest>(request.id.str()).state, RequestState::kUnmatched);

  const auto connection = rig.connection_of("U1");
  rig.emit("connection.created", "{}", connection.id.str());
  rig.settle();
  auto events = rig.all_events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[3].type, "event.matched");
  EXPECT_EQ(events[3].connection, connection.id.str());
  EXPECT_EQ(payload_of(events[3]).at("event").as_string(), first.id.str());
  EXPECT_NE(events[3].id, first.id);
  EXPECT_EQ(rig.value_of(events::payload_of(*rig.context, events[3])), R"({"text":"hello"})");
  EXPECT_EQ(rig.load<model::ReceivedRequest>(request.id.str()).state, RequestState::kUnmatched) << "U2 waits on";

  // The same user again: the message has found its connection. And the last one ends the waiting.
  for (const auto* user : {"U1", "U2"}) {
    const auto later = rig.connection_of(user);
    rig.emit("connection.confirmed", "{}", later.id.str());
    rig.settle();
  }
  events = rig.all_events();
  EXPECT_EQ(std::ranges::count(events, "event.matched", &model::Event::type), 2);
  EXPECT_EQ(rig.load<model::ReceivedRequest>(request.id.str()).state, RequestState::kPublished);
}

/// Does something once, directly before a request is saved.
class Interfering final : public ports::Store {
 public:
  explicit Interfering(ports::Store& inner) : inner_(inner) {}
  ports::Answer<std::optional<model::Row>> get(model::Kind kind, std::string id) override { return inner_.get(kind, std::move(id)); }
  ports::Answer<std::vector<model::Row>> find(ports::Query query) override { return inner_.find(std::move(query)); }
  ports::Answer<std::int64_t> count(ports::Query query) override { return inner_.count(std::move(query)); }
  ports::Answer<void> apply(ports::Unit unit) override {
    if (auto act = std::exchange(before_apply, nullptr)) co_await act();
    co_return co_await inner_.apply(std::move(unit));
  }
  ports::Answer<std::vector<model::Event>> events(ports::EventQuery query) override { return inner_.events(std::move(query)); }
  ports::Answer<std::vector<model::AuditEntry>> audit(std::string tenant, std::int64_t after, int limit) override {
    return inner_.audit(std::move(tenant), after, limit);
  }
  std::function<ports::Task<void>()> before_apply;

 private:
  ports::Store& inner_;
};

TEST(Publisher, a_connection_that_appears_while_its_request_is_published_is_matched_all_the_same) {
  OutboundRig rig;
  rig.outbound->publisher().stop();
  Interfering store(*rig.base.watched_store);
  vault::Records records(store, *rig.base.keys);
  events::Context context{records,        *rig.base.keys,  rig.receivers,
                          rig.base.clock, rig.base.random, rig.base.metrics,
                          rig.base.log,   rig.base.bus,    rig.base.world->get_executor()};
  rig.receive({message_of({"U1"})});  // before the publisher hears of it, so that only publish_due() takes it
  events::Publisher publisher(context, {});
  model::Connection connection{.id = model::ConnectionId{"conn_late"}, .tenant = rig.base.tenant};
  connection.credential = rig.credential;
  connection.app_user_id = "U1";
  connection.state = ConnectionState::kActive;
  store.before_apply = [&]() -> ports::Task<void> {
    (void)co_await rig.base.watched_store->apply({.writes = {rig.base.records->put(connection)}});
    (void)co_await publisher.match(connection);  // what the dispatcher does for its event: nothing waits yet
  };
  rig.value_of(publisher.publish_due());
  const auto events = rig.all_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].connection, "");
  EXPECT_EQ(events[1].type, "event.matched");
  EXPECT_EQ(events[1].connection, "conn_late");
  publisher.stop();
  rig.base.settle();
}

TEST(Publisher, a_request_is_published_once_however_many_nodes_try) {
  OutboundRig rig;
  rig.connection_of("U1");
  events::Publisher other(*rig.context, {});
  for (int i = 0; i < 20; ++i) rig.receive({message_of({"U1"}), message_of({"U9"})});
  auto first = rig.outbound->publisher().publish_due();
  auto second = other.publish_due();
  std::optional<model::Result<int>> done;
  boost::asio::co_spawn(*rig.base.world, std::move(second), [&](const std::exception_ptr&, model::Result<int> value) { done = value; });
  rig.value_of(std::move(first));
  rig.settle();
  EXPECT_TRUE(done.has_value());
  EXPECT_EQ(rig.all_events().size(), 40U);
  std::set<model::EventId> ids;
  for (const auto& event : rig.all_events()) ids.insert(event.id);
  EXPECT_EQ(ids.size(), 40U);
  other.stop();
  rig.settle();
}

TEST(Publisher, a_mapper_of_the_credential_decides) {
  OutboundRig rig;
  rig.hooks.users_of = [](const model::ReceivedRequest&, const services::Message& message) -> ports::Answer<std::vector<std::string>> {
    co_return std::vector{std::string(message.event_payload.at("text").as_string())};
  };
  rig.restart();
  const auto mapped = rig.connection_of("hello");
  rig.connection_of("U1");
  rig.receive({message_of({"U1"})});
  rig.settle();
  ASSERT_EQ(rig.all_events().size(), 1U);
  EXPECT_EQ(rig.all_events()[0].connection, mapped.id.str());
}

TEST(Publisher, an_unparsed_request_is_parsed_again_later_and_later_and_never_lost) {
  OutboundRig rig;
  int asked = 0;
  bool parses = false;
  rig.hooks.parse_again = [&](const model::ReceivedRequest&) -> ports::Answer<std::vector<StoredMessage>> {
    ++asked;
    if (!parses) co_return model::fail(model::Code::kInvalidInput, "no");
    co_return std::vector{message_of({"U1"})};
  };
  rig.restart();
  auto request = rig.receive({});
  request = rig.load<model::ReceivedRequest>(request.id.str());
  request.state = RequestState::kUnparsed;
  request.messages = {};
  request.due_at = rig.base.clock.wall_now();
  rig.done(rig.base.store->apply({.writes = {rig.base.records->put(request)}}));
  rig.settle();
  EXPECT_EQ(asked, 1);
  for (const auto wait : {60, 120, 240, 480, 960, 1920, 3840, 7680, 15'360, 21'600, 21'600}) {
    const auto before = asked;
    rig.jump(model::Seconds{wait} - model::Milliseconds{1});
    ASSERT_EQ(asked, before) << wait;
    rig.jump(model::Milliseconds{1});
    ASSERT_EQ(asked, before + 1) << wait;
  }
  EXPECT_EQ(rig.load<model::ReceivedRequest>(request.id.str()).last_error, "invalid_input");
  parses = true;
  rig.jump(model::Seconds{21'600});
  EXPECT_EQ(rig.all_events().size(), 1U);
  EXPECT_EQ(rig.load<model::ReceivedRequest>(request.id.str()).state, RequestState::kUnmatched);
}

}  // namespace
}  // namespace valetkey::test
