#pragma once
#include "contract/store_fixture.hpp"

namespace valetkey::test {

class StoreRows : public StoreFixture {};

TEST_P(StoreRows, has_nothing_at_first) {
  for (std::size_t i = 0; i < model::kKindCount; ++i) {
    EXPECT_FALSE(has(static_cast<Kind>(i), "x"));
    EXPECT_TRUE(ids({.kind = static_cast<Kind>(i)}).empty());
    EXPECT_EQ(count({.kind = static_cast<Kind>(i)}), 0);
  }
}

TEST_P(StoreRows, keeps_a_row_of_every_kind_as_it_is) {
  for (std::size_t i = 0; i < model::kKindCount; ++i) {
    auto row = make_row(static_cast<Kind>(i), "id");
    row.doc = R"({"a":"ü 中"})";
    row.mac = std::string("\0\xff\x80 mac", 7);
    ASSERT_EQ(outcome(apply(put({row}))), "ok") << model::facts(row.kind).table;
    const auto back = get(row.kind, "id");
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->kind, row.kind);
    EXPECT_EQ(back->tenant, row.tenant);
    EXPECT_EQ(back->id, row.id);
    EXPECT_EQ(back->columns, row.columns);
    EXPECT_EQ(back->doc, row.doc);
    EXPECT_EQ(back->mac, row.mac);
    EXPECT_EQ(model::authenticated_bytes(*back), model::authenticated_bytes(row));
  }
}

TEST_P(StoreRows, keeps_null_columns_apart_from_empty_text) {
  auto row = make_row(Kind::kConnection, "c");
  row.columns = {model::Column{}, std::string{}, std::string("active"), model::Column{}, model::Column{}};
  ASSERT_EQ(outcome(apply(put({row}))), "ok");
  EXPECT_EQ(get(Kind::kConnection, "c")->columns, row.columns);
  EXPECT_TRUE(get(Kind::kConnection, "c")->mac.empty());
}

TEST_P(StoreRows, counts_the_writes_of_a_row_itself) {
  auto row = make_row(Kind::kCredential, "c");
  row.revision = 77;
  ASSERT_EQ(outcome(apply(put({row}))), "ok");
  EXPECT_EQ(get(Kind::kCredential, "c")->revision, 1);
  ASSERT_EQ(outcome(apply(put({row}))), "ok");
  EXPECT_EQ(get(Kind::kCredential, "c")->revision, 2);
  ASSERT_EQ(outcome(apply(put({row, row}))), "ok");
  EXPECT_EQ(get(Kind::kCredential, "c")->revision, 4);
  ASSERT_EQ(outcome(apply(unit_of({ports::Erase{Kind::kCredential, "c"}, ports::Put{row}}))), "ok");
  EXPECT_EQ(get(Kind::kCredential, "c")->revision, 1) << "erased and made again";
}

TEST_P(StoreRows, replaces_a_row_as_a_whole) {
  auto row = make_row(Kind::kGrant, "g");
  row.mac = "mac";
  ASSERT_EQ(outcome(apply(put({row}))), "ok");
  row.columns = {std::string("conn"), model::Column{}, std::int64_t{9}, model::Column{}, model::Column{}};
  row.doc = R"({"b":1})";
  row.mac.clear();
  ASSERT_EQ(outcome(apply(put({row}))), "ok");
  const auto back = get(Kind::kGrant, "g");
  EXPECT_EQ(back->columns, row.columns);
  EXPECT_EQ(back->doc, row.doc);
  EXPECT_TRUE(back->mac.empty());
}

TEST_P(StoreRows, never_gives_a_row_to_another_tenant) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kConnection, "c", "ten_a")}))), "ok");
  EXPECT_EQ(outcome(apply(put({make_row(Kind::kConnection, "c", "ten_b")}))), "conflict");
  EXPECT_EQ(get(Kind::kConnection, "c")->tenant, "ten_a");
}

TEST_P(StoreRows, refuses_a_row_without_its_columns) {
  auto row = make_row(Kind::kGrant, "g");
  row.columns.pop_back();
  EXPECT_EQ(outcome(apply(put({row}))), "internal");
  EXPECT_FALSE(has(Kind::kGrant, "g"));
}

TEST_P(StoreRows, erases) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kFlow, "f")}))), "ok");
  EXPECT_EQ(outcome(apply(unit_of({ports::Erase{Kind::kFlow, "f"}}))), "ok");
  EXPECT_FALSE(has(Kind::kFlow, "f"));
  EXPECT_EQ(outcome(apply(unit_of({ports::Erase{Kind::kFlow, "f"}}))), "ok") << "what is not there is erased";
}

TEST_P(StoreRows, finds_in_the_order_of_ids_behind_after) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kConnection, "c3"), make_row(Kind::kConnection, "c1"),
                               make_row(Kind::kConnection, "c2", "ten_b"), make_row(Kind::kConnection, "c4")}))),
            "ok");
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids({.kind = Kind::kConnection}), (Ids{"c1", "c2", "c3", "c4"}));
  EXPECT_EQ(ids({.kind = Kind::kConnection, .tenant = "ten_a"}), (Ids{"c1", "c3", "c4"}));
  EXPECT_EQ(ids({.kind = Kind::kConnection, .tenant = "ten_a", .after = "c1"}), (Ids{"c3", "c4"}));
  EXPECT_EQ(ids({.kind = Kind::kConnection, .tenant = "ten_a", .after = "c1", .limit = 1}), (Ids{"c3"}));
  EXPECT_EQ(ids({.kind = Kind::kConnection, .limit = 0}), Ids{});
  EXPECT_EQ(ids({.kind = Kind::kConnection, .after = "c4"}), Ids{});
  EXPECT_EQ(ids({.kind = Kind::kConnection, .tenant = "ten_c"}), Ids{});
  EXPECT_EQ(ids({.kind = Kind::kConnection, .tenant = ""}), Ids{}) << "the empty tenant is the installation, not all tenants";
}

TEST_P(StoreRows, pages_give_each_row_once) {
  std::vector<model::Row> rows;
  rows.reserve(25);
  for (int i = 0; i < 25; ++i) rows.push_back(make_row(Kind::kCredential, "cred_" + std::to_string(100 + i)));
  ASSERT_EQ(outcome(apply(put(rows))), "ok");
  std::vector<std::string> seen;
  for (std::string after;;) {
    const auto page = ids({.kind = Kind::kCredential, .tenant = "ten_a", .after = after, .limit = 10});
    if (page.empty()) break;
    seen.insert(seen.end(), page.begin(), page.end());
    after = page.back();
  }
  ASSERT_EQ(seen.size(), 25U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(count({.kind = Kind::kCredential, .tenant = "ten_a", .after = seen[3], .limit = 2}), 25) << "a count knows no page";
}

TEST_P(StoreRows, finds_by_columns) {
  const auto connection = [](std::string id, std::string credential, std::string user, model::Column key) {
    return model::Row{.kind = Kind::kConnection,
                      .tenant = "ten_a",
                      .id = std::move(id),
                      .columns = {std::move(credential), std::move(user), std::string("active"), std::move(key), model::Column{}},
                      .doc = "{}"};
  };
  ASSERT_EQ(outcome(apply(put({connection("c1", "cred1", "u1", {}), connection("c2", "cred1", "u2", std::string("k")),
                               connection("c3", "cred2", "u1", {})}))),
            "ok");
  using Ids = std::vector<std::string>;
  const auto by = [&](std::vector<std::pair<std::string_view, model::Column>> equal) {
    EXPECT_EQ(count({.kind = Kind::kConnection, .equal = equal}), std::ssize(ids({.kind = Kind::kConnection, .equal = equal})));
    EXPECT_EQ(ids({.kind = Kind::kConnection, .tenant = "ten_b", .equal = equal}), Ids{});
    return ids({.kind = Kind::kConnection, .equal = equal});
  };
  EXPECT_EQ(by({{"credential", std::string("cred1")}}), (Ids{"c1", "c2"}));
  EXPECT_EQ(by({{"credential", std::string("cred1")}, {"end_user", std::string("u1")}}), (Ids{"c1"}));
  EXPECT_EQ(by({{"unique_key", model::Column{}}}), (Ids{"c1", "c3"})) << "null is found by null";
  EXPECT_EQ(by({{"revision", std::int64_t{1}}}), (Ids{"c1", "c2", "c3"}));
  EXPECT_EQ(by({{"state", std::string("Active")}}), Ids{}) << "case counts";
}

TEST_P(StoreRows, finds_what_is_due_to_the_tick) {
  ASSERT_EQ(outcome(apply(put({with(make_row(Kind::kGrant, "g1"), "due_at", std::int64_t{1001}),
                               with(make_row(Kind::kGrant, "g2"), "due_at", model::Column{}),
                               with(make_row(Kind::kGrant, "g3"), "due_at", std::int64_t{1000}),
                               with(make_row(Kind::kGrant, "g4"), "due_at", std::int64_t{999})}))),
            "ok");
  const auto due = [&](std::int64_t at) { return ids({.kind = Kind::kGrant, .at_most = std::pair{std::string_view("due_at"), at}}); };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(due(998), Ids{});
  EXPECT_EQ(due(999), (Ids{"g4"}));
  EXPECT_EQ(due(1000), (Ids{"g3", "g4"}));
  EXPECT_EQ(due(1001), (Ids{"g1", "g3", "g4"})) << "never one without a value";
  EXPECT_EQ(ids({.kind = Kind::kGrant, .at_most = std::pair{std::string_view("due_at"), std::int64_t{1001}}, .limit = 2, .by_due = true}),
            (Ids{"g4", "g3"}))
      << "what is due longest first";
  EXPECT_EQ(ids({.kind = Kind::kGrant, .at_most = std::pair{std::string_view("due_at"), std::int64_t{5000}}, .after = "g1", .limit = 1}),
            (Ids{"g3"}));
  EXPECT_EQ(count({.kind = Kind::kGrant, .at_most = std::pair{std::string_view("due_at"), std::int64_t{1000}}}), 2);
}

TEST_P(StoreRows, refuses_columns_that_the_kind_does_not_have) {
  const std::string_view hostile = "id = '' OR 1 --";
  EXPECT_EQ(outcome(find({.kind = Kind::kFlow, .equal = {{hostile, std::string("x")}}})), "internal");
  EXPECT_EQ(outcome(find({.kind = Kind::kFlow, .at_most = std::pair{std::string_view("due_at"), std::int64_t{1}}})), "internal");
  EXPECT_EQ(outcome(run(store().count({.kind = Kind::kFlow, .equal = {{"state", std::string("x")}}}))), "internal");
  EXPECT_EQ(outcome(apply({.preconditions = {ports::Expect{Kind::kFlow, "f", "state", std::string("x")}}})), "internal");
  EXPECT_EQ(outcome(apply(unit_of({ports::EraseExpired{Kind::kFlow, hostile, 1}}))), "internal");
}

TEST_P(StoreRows, values_are_data_whatever_they_hold) {
  const std::string hostile = "'; DROP TABLE flows; --\"%_\\";
  auto row = make_row(Kind::kConnection, hostile);
  row.columns[1] = hostile;
  ASSERT_EQ(outcome(apply(put({row}))), "ok");
  EXPECT_EQ(get(Kind::kConnection, hostile)->columns[1], model::Column{hostile});
  EXPECT_EQ(ids({.kind = Kind::kConnection, .equal = {{"end_user", hostile}}}).size(), 1U);
  EXPECT_FALSE(has(Kind::kConnection, "%"));
}

struct UniqueCase {
  const char* name;
  model::Row first;
  model::Row second;  ///< takes what `first` has
  model::Row other;   ///< does not
  std::string field;
};

inline std::vector<UniqueCase> unique_cases() {
  const auto named = [](std::string id, std::string tenant, std::string name) {
    return with(make_row(Kind::kCredential, std::move(id), std::move(tenant)), "name", std::move(name));
  };
  const auto slugged = [](std::string id, std::string tenant) {
    return with(make_row(Kind::kIntegration, std::move(id), std::move(tenant)), "slug", "acme");
  };
  const auto keyed = [](std::string id, std::string credential, model::Column key) {
    return with(with(make_row(Kind::kConnection, std::move(id)), "credential", std::move(credential)), "unique_key", std::move(key));
  };
  const auto numbered = [](std::string id, std::int64_t number) {
    return with(with(make_row(Kind::kEndpointSet, std::move(id)), "credential", "cred"), "number", number);
  };
  const auto sole = [](Kind kind, std::string_view column, std::string id, std::string value) {
    return with(make_row(kind, std::move(id)), column, std::move(value));
  };
  return {
      {"credential name in a tenant", named("1", "ten_a", "x"), named("2", "ten_a", "x"), named("3", "ten_b", "x"), "name"},
      {"credential names differ by case", named("1", "ten_a", "x"), named("2", "ten_a", "x"), named("3", "ten_a", "X"), "name"},
      {"slug in a tenant", slugged("1", "ten_a"), slugged("2", "ten_a"), slugged("3", "ten_b"), "slug"},
      {"unique key of a credential", keyed("1", "a", "k"), keyed("2", "a", "k"), keyed("3", "b", "k"), "unique_key"},
      {"endpoint set number", numbered("1", 1), numbered("2", 1), numbered("3", 2), "number"},
      {"key look-up", sole(Kind::kApiKey, "lookup", "1", "x"), sole(Kind::kApiKey, "lookup", "2", "x"),
       sole(Kind::kApiKey, "lookup", "3", "y"), "lookup"},
      {"callback key", sole(Kind::kCallbackKey, "callback_key", "1", "x"), sole(Kind::kCallbackKey, "callback_key", "2", "x"),
       sole(Kind::kCallbackKey, "callback_key", "3", "y"), "callback_key"},
      {"token hash", sole(Kind::kConnectSession, "token_hash", "1", "x"), sole(Kind::kConnectSession, "token_hash", "2", "x"),
       sole(Kind::kConnectSession, "token_hash", "3", "y"), "token_hash"},
  };
}

TEST_P(StoreRows, unique_columns_are_unique_and_the_error_names_the_field) {
  for (const auto& one : unique_cases()) {
    SCOPED_TRACE(one.name);
    make();
    ASSERT_EQ(outcome(apply(put({one.first, one.other}))), "ok");
    const auto taken = apply(put({one.second}));
    ASSERT_EQ(outcome(taken), "conflict");
    EXPECT_NE(taken.error().detail.find("`" + one.field + "`"), std::string::npos) << taken.error().detail;
    EXPECT_NE(taken.error().log.text.find(std::string(model::facts(one.first.kind).table) + "." + one.field), std::string::npos);
    EXPECT_FALSE(has(one.second.kind, one.second.id));
    EXPECT_EQ(outcome(apply(put({one.first}))), "ok") << "a row may keep its own";
    EXPECT_EQ(outcome(apply(unit_of({ports::Erase{one.first.kind, one.first.id}, ports::Put{one.second}}))), "ok") << "free once erased";
  }
}

TEST_P(StoreRows, absent_is_never_taken) {
  for (const auto& [kind, column] : {std::pair{Kind::kConnection, "unique_key"}, std::pair{Kind::kApiKey, "lookup"}}) {
    auto first = with(make_row(kind, "1"), column, model::Column{});
    auto second = with(make_row(kind, "2"), column, model::Column{});
    if (kind == Kind::kConnection) second.columns[0] = first.columns[0];
    EXPECT_EQ(outcome(apply(put({first, second}))), "ok") << column;
  }
}

TEST_P(StoreRows, stay_when_the_store_is_opened_again) {
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kTenant, "ten_a"), make_row(Kind::kGrant, "g")}))), "ok");
  ASSERT_EQ(outcome(apply(put({make_row(Kind::kGrant, "g")}))), "ok");
  harness().reopen();
  EXPECT_TRUE(has(Kind::kTenant, "ten_a"));
  EXPECT_EQ(get(Kind::kGrant, "g")->revision, 2);
}

}  // namespace valetkey::test
