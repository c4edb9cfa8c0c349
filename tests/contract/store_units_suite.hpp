#pragma once
#include <numeric>

#include "contract/store_fixture.hpp"

namespace valetkey::test {

class StoreUnits : public StoreFixture {};

TEST_P(StoreUnits, an_empty_unit_is_applied) { EXPECT_EQ(outcome(apply({})), "ok"); }

TEST_P(StoreUnits, expect_compares_a_column_of_the_row) {
  ASSERT_EQ(outcome(apply(put({with(make_row(Kind::kGrant, "g"), "due_at", model::Column{})}))), "ok");
  const auto expect = [&](std::string id, std::string_view column, model::Column value) {
    return outcome(apply({.preconditions = {ports::Expect{Kind::kGrant, std::move(id), column, std::move(value)}}}));
  };
  EXPECT_EQ(expect("g", "revision", std::int64_t{1}), "ok");
  EXPECT_EQ(expect("g", "revision", std::int64_t{0}), "precondition_failed");
  EXPECT_EQ(expect("g", "revision", std::int64_t{2}), "precondition_failed");
  EXPECT_EQ(expect("g", "generation", std::int64_t{1}), "ok");
  EXPECT_EQ(expect("g", "generation", std::string("1")), "precondition_failed") << "types differ";
  EXPECT_EQ(expect("g", "connection", std::string("connection of g")), "ok");
  EXPECT_EQ(expect("g", "connection", std::string("connection of G")), "precondition_failed");
  EXPECT_EQ(expect("g", "due_at", model::Column{}), "ok") << "null equals null";
  EXPECT_EQ(expect("g", "due_at", std::int64_t{0}), "precondition_failed");
  EXPECT_EQ(expect("g", "connection", model::Column{}), "precondition_failed");
  EXPECT_EQ(expect("missing", "due_at", model::Column{}), "precondition_failed") << "the row must exist";
}

TEST_P(StoreUnits, expect_absent_wants_a_free_id) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kGrant, "g")}))), "ok");
  EXPECT_EQ(outcome(apply({.preconditions = {ports::ExpectAbsent{Kind::kGrant, "g"}}})), "precondition_failed");
  EXPECT_EQ(outcome(apply({.preconditions = {ports::ExpectAbsent{Kind::kGrant, "h"}}})), "ok");
  EXPECT_EQ(outcome(apply({.preconditions = {ports::ExpectAbsent{Kind::kFlow, "g"}}})), "ok") << "of this kind";
}

TEST_P(StoreUnits, preconditions_are_read_before_the_writes) {
  auto unit = put({make_row(Kind::kGrant, "g")});
  unit.preconditions = {ports::ExpectAbsent{Kind::kGrant, "g"}, ports::ExpectFewer{Kind::kGrant, "ten_a", 0}};
  EXPECT_EQ(outcome(apply(unit)), "ok");
}

TEST_P(StoreUnits, a_quota_counts_the_rows_of_its_tenant_to_the_last_one) {
  const auto fewer = [&](std::int64_t most) {
    return outcome(apply({.preconditions = {ports::ExpectFewer{Kind::kConnection, "ten_a", most}}}));
  };
  EXPECT_EQ(fewer(0), "ok");
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kConnection, "1"), make_row(Kind::kConnection, "2"), make_row(Kind::kConnection, "3"),
                               make_row(Kind::kConnection, "4", "ten_b"), make_row(Kind::kGrant, "5")}))),
            "ok");
  EXPECT_EQ(fewer(2), "quota_exceeded");
  EXPECT_EQ(fewer(3), "ok");
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kConnection, "1")}))), "ok");
  EXPECT_EQ(fewer(3), "ok") << "a row that is replaced counts once";
  ASSERT_EQ(outcome(apply(unit_of({ports::Erase{Kind::kConnection, "1"}}))), "ok");
  EXPECT_EQ(fewer(2), "ok");
  EXPECT_EQ(fewer(1), "quota_exceeded");
  auto failing = put({make_row(Kind::kConnection, "9"), make_row(Kind::kConnection, "4")});
  ASSERT_EQ(outcome(apply(failing)), "conflict");
  EXPECT_EQ(fewer(2), "ok") << "what was not written does not count";
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseTenant{"ten_a"}}))), "ok");
  EXPECT_EQ(fewer(0), "ok");
  EXPECT_EQ(count({.kind = Kind::kConnection}), 1);
}

TEST_P(StoreUnits, is_all_or_nothing) {
  ASSERT_EQ(outcome(apply(put({with(make_row(Kind::kCredential, "old"), "name", "taken"), make_row(Kind::kFlow, "flow")}))), "ok");
  ports::Unit unit =
      unit_of({ports::Put{make_row(Kind::kConnection, "c")}, ports::Erase{Kind::kFlow, "flow"},
               ports::TakeLease{"lease", "me", "ten_a", model::Milliseconds{1000}}, ports::CountReads{"ten_a", "key", "c", 1, 1},
               ports::Put{with(make_row(Kind::kCredential, "new"), "name", "taken")}});
  unit.events = {make_event("evt_1")};
  unit.audit = {make_entry("connection.created")};
  harness().bus.clear();
  EXPECT_EQ(outcome(apply(unit)), "conflict");
  EXPECT_FALSE(has(Kind::kConnection, "c"));
  EXPECT_TRUE(has(Kind::kFlow, "flow"));
  EXPECT_EQ(count({.kind = Kind::kTokenReads}), 0);
  EXPECT_TRUE(run(store().events({.tenant = "ten_a"}))->empty());
  EXPECT_TRUE(run(store().audit("ten_a", 0, 10))->empty());
  EXPECT_TRUE(harness().bus.published().empty());
  EXPECT_EQ(outcome(apply(unit_of({ports::TakeLease{"lease", "you", "ten_a", model::Milliseconds{1000}}}))), "ok");
}

TEST_P(StoreUnits, an_event_that_is_taken_undoes_its_unit) {
  auto unit = put({make_row(Kind::kConnection, "c")});
  unit.events = {make_event("evt_1")};
  ASSERT_EQ(outcome(apply(unit)), "ok");
  auto again = put({make_row(Kind::kConnection, "d")});
  again.events = {make_event("evt_1")};
  EXPECT_EQ(outcome(apply(again)), "conflict");
  EXPECT_FALSE(has(Kind::kConnection, "d"));
}

TEST_P(StoreUnits, a_failed_unit_leaves_the_others_of_its_group) {
  Gate gate;
  make({.before_commit = [&] { return gate.pass(); }});
  const auto before = harness().commits();
  gate.close();
  auto failing = put({make_row(Kind::kFlow, "c")});
  failing.preconditions = {ports::ExpectAbsent{Kind::kFlow, "b"}};
  const auto results = apply_together(
      {put({make_row(Kind::kFlow, "a")}), put({make_row(Kind::kFlow, "b")}), failing, put({make_row(Kind::kFlow, "d")})}, [&] {
        gate.wait_for_arrival();
        gate.open();
      });
  EXPECT_EQ(outcomes(results), (std::vector<std::string>{"ok", "ok", "precondition_failed", "ok"}));
  EXPECT_EQ(ids({.kind = Kind::kFlow}), (std::vector<std::string>{"a", "b", "d"}));
  EXPECT_LE(harness().commits() - before, 2U);
}

TEST_P(StoreUnits, of_two_that_build_on_the_same_revision_one_wins) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kGrant, "g")}))), "ok");
  auto unit = put({make_row(Kind::kGrant, "g")});
  unit.preconditions = {ports::Expect{Kind::kGrant, "g", "revision", std::int64_t{1}}};
  auto results = outcomes(apply_together(std::vector<ports::Unit>(20, unit)));
  EXPECT_EQ(std::ranges::count(results, "ok"), 1);
  EXPECT_EQ(std::ranges::count(results, "precondition_failed"), 19);
  EXPECT_EQ(get(Kind::kGrant, "g")->revision, 2);
}

TEST_P(StoreUnits, many_that_wait_share_a_commit) {
  Gate gate;
  make({.before_commit = [&] { return gate.pass(); }});
  const auto before = harness().commits();
  gate.close();
  std::vector<ports::Unit> units;
  units.reserve(200);
  for (int i = 0; i < 200; ++i) units.push_back(put({make_row(Kind::kFlow, "f" + std::to_string(i))}));
  const auto results = outcomes(apply_together(std::move(units), [&] {
    gate.wait_for_arrival();
    gate.open();
  }));
  EXPECT_EQ(std::ranges::count(results, "ok"), 200);
  EXPECT_EQ(count({.kind = Kind::kFlow}), 200);
  EXPECT_LE(harness().commits() - before, 3U) << "what was taken first, and all the rest together";
}

TEST_P(StoreUnits, a_full_queue_is_busy_and_loses_nothing) {
  Gate gate;
  make({.max_waiting_writes = 3, .before_commit = [&] { return gate.pass(); }});
  gate.close();
  boost::asio::io_context context;
  std::vector<std::string> results(6);
  const auto begin = [&](std::size_t i) {
    boost::asio::co_spawn(context, store().apply(put({make_row(Kind::kFlow, std::to_string(i))})),
                          [&results, i](std::exception_ptr, model::Result<void> result) { results[i] = outcome(result); });
    context.poll();
  };
  begin(0);
  gate.wait_for_arrival();  // the first is out of the queue now
  for (std::size_t i = 1; i < 6; ++i) begin(i);
  gate.open();
  context.run();
  EXPECT_EQ(results, (std::vector<std::string>{"ok", "ok", "ok", "ok", "store_busy", "store_busy"}));
  EXPECT_EQ(ids({.kind = Kind::kFlow}), (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(outcome(apply(put({make_row(Kind::kFlow, "6")}))), "ok") << "and works on";
}

TEST_P(StoreUnits, after_a_failed_commit_nobody_of_the_group_has_anything) {
  std::atomic<bool> works = false;
  Gate gate;
  make({.before_commit = [&] { return gate.pass() && works; }});
  gate.close();
  auto failing = put({make_row(Kind::kFlow, "b")});
  failing.preconditions = {ports::ExpectFewer{Kind::kFlow, "ten_a", 0}};
  harness().bus.clear();
  const auto results = apply_together({put({make_row(Kind::kFlow, "a")}), failing}, [&] {
    gate.wait_for_arrival();
    gate.open();
  });
  EXPECT_EQ(outcomes(results), (std::vector<std::string>{"store_unavailable", "store_unavailable"}));
  EXPECT_TRUE(harness().bus.published().empty());
  works = true;
  EXPECT_FALSE(has(Kind::kFlow, "a"));
  EXPECT_EQ(outcome(apply(put({make_row(Kind::kFlow, "a")}))), "ok") << "the same again";
  EXPECT_EQ(get(Kind::kFlow, "a")->revision, 1);
}

TEST_P(StoreUnits, expired_rows_go_oldest_first_up_to_the_limit) {
  std::vector<model::Row> rows;
  for (int i = 1; i <= 5; ++i)
    rows.push_back(with(make_row(Kind::kFlow, "f" + std::to_string(6 - i)), "expires_at", std::int64_t{1000 + i}));
  ASSERT_EQ(outcome(apply(put(rows))), "ok");
  using Ids = std::vector<std::string>;
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseExpired{Kind::kFlow, "expires_at", 1000}}))), "ok");
  EXPECT_EQ(ids({.kind = Kind::kFlow}).size(), 5U) << "one tick before the first";
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseExpired{Kind::kFlow, "expires_at", 1004, 3}}))), "ok");
  EXPECT_EQ(ids({.kind = Kind::kFlow}), (Ids{"f1", "f2"}));
  harness().bus.clear();
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseExpired{Kind::kFlow, "expires_at", 1004, 3}}))), "ok");
  EXPECT_EQ(ids({.kind = Kind::kFlow}), (Ids{"f1"}));
  EXPECT_EQ(harness().bus.published(), (Ids{"flows ten_a f2"}));
}

TEST_P(StoreUnits, rows_without_an_expiry_never_expire) {
  ASSERT_EQ(outcome(apply(put({with(make_row(Kind::kGrant, "g"), "due_at", model::Column{})}))), "ok");
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseExpired{Kind::kGrant, "due_at", std::numeric_limits<std::int64_t>::max()}}))), "ok");
  EXPECT_TRUE(has(Kind::kGrant, "g"));
}

TEST_P(StoreUnits, a_deleted_tenant_leaves_nothing) {
  for (const std::string tenant : {"ten_gone", "ten_kept", ""}) {
    ports::Unit unit;
    for (std::size_t i = 0; i < model::kKindCount; ++i) {
      auto row = make_row(static_cast<Kind>(i), tenant + "/1", tenant);
      row.doc = R"({"of":")" + tenant + R"("})";
      unit.writes.emplace_back(ports::Put{row});
    }
    unit.writes.emplace_back(ports::TakeLease{tenant + "/lease", "me", tenant, model::Milliseconds{1000}});
    unit.writes.emplace_back(ports::CountReads{tenant, "key", tenant + "/1", 1, 1});
    unit.events = {make_event("evt_" + tenant, tenant)};
    unit.audit = {make_entry("tenant.created", tenant)};
    ASSERT_EQ(outcome(apply(unit)), "ok");
  }
  harness().bus.clear();
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseTenant{"ten_gone"}}))), "ok");
  EXPECT_EQ(harness().bus.published(), (std::vector<std::string>{"everything"}));
  for (const auto& value : harness().every_value()) EXPECT_EQ(value.find("ten_gone"), std::string::npos) << value;
  for (const std::string kept : {"ten_kept", ""}) {
    for (std::size_t i = 0; i < model::kKindCount; ++i) EXPECT_TRUE(has(static_cast<Kind>(i), kept + "/1")) << kept << " " << i;
    EXPECT_EQ(run(store().audit(kept, 0, 10))->size(), 1U);
    EXPECT_EQ(run(store().events({.tenant = kept}))->size(), 1U);
  }
  EXPECT_EQ(outcome(apply(unit_of({ports::TakeLease{"ten_kept/lease", "you", "", model::Milliseconds{1}}}))), "conflict");
}

TEST_P(StoreUnits, no_tenant_is_not_a_tenant_to_delete) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kInstallation, "installation", "")}))), "ok");
  EXPECT_EQ(outcome(apply(unit_of({ports::EraseTenant{""}}))), "internal");
  EXPECT_TRUE(has(Kind::kInstallation, "installation"));
}

TEST_P(StoreUnits, changes_are_told_after_the_commit_and_before_the_caller) {
  make({.before_commit = [this] {
    EXPECT_TRUE(harness().bus.published().empty()) << "told before it was durable";
    return true;
  }});
  auto unit = put({make_row(Kind::kConnection, "c"), make_row(Kind::kGrant, "g")});
  unit.writes.emplace_back(ports::Erase{Kind::kFlow, "not there"});
  ASSERT_EQ(outcome(apply(unit)), "ok");
  EXPECT_EQ(harness().bus.published(), (std::vector<std::string>{"connections ten_a c", "grants ten_a g"}));
  harness().bus.clear();
  ASSERT_EQ(outcome(apply(unit_of({ports::Erase{Kind::kConnection, "c"}}))), "ok");
  EXPECT_EQ(harness().bus.published(), (std::vector<std::string>{"connections ten_a c"}));
}

TEST_P(StoreUnits, security_s43_token_reads_are_counted_per_key_connection_and_minute) {
  const auto reads = [](std::string key, std::string connection, std::int64_t minute, std::int64_t count) {
    return ports::CountReads{"ten_a", std::move(key), std::move(connection), minute, count};
  };
  ASSERT_EQ(outcome(apply(unit_of({reads("k1", "c1", 7, 3), reads("k1", "c1", 7, 4), reads("k2", "c1", 7, 1), reads("k1", "c2", 7, 1)}))),
            "ok");
  ASSERT_EQ(outcome(apply(unit_of({reads("k1", "c1", 7, 5), reads("k1", "c1", 8, 2)}))), "ok");
  const auto row = get(Kind::kTokenReads, "k1/c1/7");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->doc, R"({"key":"k1","connection":"c1","count":12})");
  EXPECT_EQ(row->columns, (std::vector<model::Column>{std::int64_t{7}}));
  EXPECT_EQ(count({.kind = Kind::kTokenReads, .tenant = "ten_a"}), 4);
  ASSERT_EQ(outcome(apply(unit_of({ports::EraseExpired{Kind::kTokenReads, "minute", 7}}))), "ok");
  EXPECT_EQ(ids({.kind = Kind::kTokenReads}), (std::vector<std::string>{"k1/c1/8"}));
}

}  // namespace valetkey::test
