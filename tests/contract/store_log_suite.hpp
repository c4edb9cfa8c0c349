#pragma once
#include "contract/store_fixture.hpp"

namespace valetkey::test {

class StoreLog : public StoreFixture {
 protected:
  std::vector<model::Event> events(ports::EventQuery query) { return run(store().events(std::move(query))).value(); }
  std::vector<std::string> event_ids(ports::EventQuery query) {
    std::vector<std::string> out;
    for (const auto& event : events(std::move(query))) out.push_back(event.id.str());
    return out;
  }
  std::vector<model::AuditEntry> chain(std::string tenant, std::int64_t after = 0, int limit = 1000) {
    return run(store().audit(std::move(tenant), after, limit)).value();
  }
  std::string emit(std::vector<model::Event> events) { return outcome(apply({.events = std::move(events)})); }
  std::string record(std::vector<model::AuditEntry> entries) { return outcome(apply({.audit = std::move(entries)})); }
};

TEST_P(StoreLog, events_come_back_whole) {
  const model::Event event{.id = model::EventId{"evt_1"},
                           .tenant = model::TenantId{"ten_a"},
                           .sequence = 99,
                           .type = "connection.held",
                           .connection = "conn_1",
                           .credential = "cred_1",
                           .payload = R"({"a":"ü"})",
                           .occurred_at = model::from_unix_ms(1234567)};
  ASSERT_EQ(emit({event, make_event("evt_2")}), "ok");
  const auto back = events({.tenant = "ten_a"});
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].id, event.id);
  EXPECT_EQ(back[0].tenant, event.tenant);
  EXPECT_EQ(back[0].type, event.type);
  EXPECT_EQ(back[0].connection, event.connection);
  EXPECT_EQ(back[0].credential, event.credential);
  EXPECT_EQ(back[0].payload, event.payload);
  EXPECT_EQ(back[0].occurred_at, event.occurred_at);
  EXPECT_NE(back[0].sequence, 99) << "the store numbers";
  EXPECT_LT(back[0].sequence, back[1].sequence);
  EXPECT_TRUE(back[1].connection.empty());
}

TEST_P(StoreLog, events_are_read_behind_a_cursor_and_by_filter) {
  auto of_connection = make_event("evt_3");
  of_connection.connection = "conn_1";
  of_connection.type = "connection.held";
  ASSERT_EQ(emit({make_event("evt_1"), make_event("evt_2", "ten_b"), of_connection, make_event("evt_4")}), "ok");
  using Ids = std::vector<std::string>;
  EXPECT_EQ(event_ids({.tenant = "ten_a"}), (Ids{"evt_1", "evt_3", "evt_4"}));
  const auto first = events({.tenant = "ten_a", .limit = 1});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(event_ids({.tenant = "ten_a", .after = first[0].sequence}), (Ids{"evt_3", "evt_4"}));
  EXPECT_EQ(event_ids({.tenant = "ten_a", .after = first[0].sequence - 1, .limit = 1}), (Ids{"evt_1"}));
  EXPECT_EQ(event_ids({.tenant = "ten_a", .connection = "conn_1"}), (Ids{"evt_3"}));
  EXPECT_EQ(event_ids({.tenant = "ten_a", .type = "connection.held"}), (Ids{"evt_3"}));
  EXPECT_EQ(event_ids({.tenant = "ten_a", .connection = "conn_1", .type = "connection.created"}), Ids{});
  EXPECT_EQ(event_ids({.tenant = "ten_b", .connection = "conn_1"}), Ids{});
  EXPECT_EQ(event_ids({.tenant = "ten_a", .id = "evt_3"}), (Ids{"evt_3"}));
  EXPECT_EQ(event_ids({.tenant = "ten_a", .id = "evt_2"}), Ids{}) << "of another tenant";
}

TEST_P(StoreLog, a_sequence_is_never_given_twice) {
  ASSERT_EQ(emit({make_event("evt_1")}), "ok");
  const auto last = events({.tenant = "ten_a"})[0].sequence;
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseEvents{.before = model::from_unix_ms(1)}}))), "ok");
  ASSERT_TRUE(events({.tenant = "ten_a"}).empty());
  harness().reopen();
  ASSERT_EQ(emit({make_event("evt_2")}), "ok");
  EXPECT_GT(events({.tenant = "ten_a"})[0].sequence, last);
}

TEST_P(StoreLog, old_events_go_oldest_first_to_the_tick) {
  std::vector<model::Event> all;
  for (int i = 1; i <= 4; ++i) {
    all.push_back(make_event("evt_" + std::to_string(i), i == 2 ? "ten_b" : "ten_a"));
    all.back().occurred_at = model::from_unix_ms(1000 + i);
  }
  ASSERT_EQ(emit(all), "ok");
  using Ids = std::vector<std::string>;
  const auto erase = [&](std::string tenant, std::int64_t before, int limit) {
    return outcome(apply(unit_of({ports::EraseEvents{std::move(tenant), model::from_unix_ms(before), limit}})));
  };
  ASSERT_EQ(erase("", 1001, 500), "ok");
  EXPECT_EQ(event_ids({.tenant = "ten_a"}), (Ids{"evt_1", "evt_3", "evt_4"})) << "not older than that";
  ASSERT_EQ(erase("ten_a", 5000, 1), "ok");
  EXPECT_EQ(event_ids({.tenant = "ten_a"}), (Ids{"evt_3", "evt_4"}));
  EXPECT_EQ(event_ids({.tenant = "ten_b"}), (Ids{"evt_2"}));
  ASSERT_EQ(erase("", 1004, 500), "ok");
  EXPECT_EQ(event_ids({.tenant = "ten_a"}), (Ids{"evt_4"}));
  EXPECT_TRUE(event_ids({.tenant = "ten_b"}).empty());
}

TEST_P(StoreLog, security_s43_audit_is_chained_per_tenant) {
  ASSERT_EQ(record({make_entry("one"), make_entry("other", "ten_b"), make_entry("two")}), "ok");
  ASSERT_EQ(record({make_entry("three"), make_entry("installation", "")}), "ok");
  harness().reopen();
  ASSERT_EQ(record({make_entry("four")}), "ok");
  const auto entries = chain("ten_a");
  ASSERT_EQ(entries.size(), 4U);
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].sequence, static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(entries[3].action, "four");
  EXPECT_EQ(first_broken(entries), 0);
  EXPECT_EQ(first_broken(chain("ten_b")), 0);
  EXPECT_EQ(chain("").size(), 1U);
  EXPECT_EQ(chain("ten_b")[0].hash, model::chained_hash("", chain("ten_b")[0])) << "no chain hangs on another's";
}

TEST_P(StoreLog, security_s43_audit_comes_back_whole_and_behind_a_cursor) {
  const model::AuditEntry entry{.tenant = model::TenantId{"ten_a"},
                                .sequence = 50,
                                .at = model::from_unix_ms(777),
                                .actor = "key_1",
                                .action = "credential.created",
                                .target = "cred_1",
                                .detail = R"({"a":1})",
                                .hash = "forged"};
  ASSERT_EQ(record({entry, make_entry("two"), make_entry("three")}), "ok");
  const auto first = chain("ten_a")[0];
  EXPECT_EQ(first.tenant, entry.tenant);
  EXPECT_EQ(first.sequence, 1) << "the store numbers and chains, whatever the caller wrote there";
  EXPECT_NE(first.hash, "forged");
  EXPECT_EQ(first.at, entry.at);
  EXPECT_EQ(first.actor, entry.actor);
  EXPECT_EQ(first.action, entry.action);
  EXPECT_EQ(first.target, entry.target);
  EXPECT_EQ(first.detail, entry.detail);
  ASSERT_EQ(chain("ten_a", 1).size(), 2U);
  EXPECT_EQ(chain("ten_a", 1)[0].action, "two");
  EXPECT_EQ(chain("ten_a", 1, 1).size(), 1U);
  EXPECT_TRUE(chain("ten_a", 3).empty());
}

TEST_P(StoreLog, security_s43_audit_is_written_in_the_transaction_of_the_change) {
  bool works = false;
  make({.before_commit = [&] { return works; }});
  auto unit = put({make_row(Kind::kCredential, "c")});
  unit.audit = {make_entry("credential.created")};
  EXPECT_EQ(outcome(apply(unit)), "store_unavailable");
  works = true;
  EXPECT_FALSE(has(Kind::kCredential, "c"));
  EXPECT_TRUE(chain("ten_a").empty());
  EXPECT_EQ(outcome(apply(unit)), "ok");
  EXPECT_TRUE(has(Kind::kCredential, "c"));
  EXPECT_EQ(chain("ten_a").size(), 1U);
  unit.preconditions = {ports::ExpectAbsent{Kind::kCredential, "c"}};
  EXPECT_EQ(outcome(apply(unit)), "precondition_failed");
  EXPECT_EQ(chain("ten_a").size(), 1U) << "what did not happen is not audited";
}

TEST_P(StoreLog, security_s43_the_chain_tells_what_was_changed_removed_or_added) {
  ASSERT_EQ(record({make_entry("one"), make_entry("two"), make_entry("three")}), "ok");
  auto changed = chain("ten_a");
  changed[1].actor = "key_2";
  EXPECT_EQ(first_broken(changed), 2);
  auto removed = chain("ten_a");
  removed.erase(removed.begin());
  EXPECT_EQ(first_broken(removed), 1);
  auto swapped = chain("ten_a");
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(first_broken(swapped), 1);
  auto rehashed = chain("ten_a");
  rehashed[0].detail = "{}{}";
  rehashed[0].hash = model::chained_hash("", rehashed[0]);
  EXPECT_EQ(first_broken(rehashed), 2) << "the next one does not hang on it";
}

}  // namespace valetkey::test
