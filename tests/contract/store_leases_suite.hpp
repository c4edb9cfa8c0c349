#pragma once
#include "contract/store_fixture.hpp"

namespace valetkey::test {

class StoreLeases : public StoreFixture {
 protected:
  std::string take(std::string owner, int ms = 1000, std::string name = "grant_1") {
    return outcome(apply(unit_of({ports::TakeLease{std::move(name), std::move(owner), "ten_a", model::Milliseconds{ms}}})));
  }
  std::string drop(std::string owner) { return outcome(apply(unit_of({ports::DropLease{"grant_1", std::move(owner)}}))); }
  void advance(int ms) { harness().clock.advance(model::Milliseconds{ms}); }
};

TEST_P(StoreLeases, belongs_to_one_owner_until_the_tick_it_ends) {
  EXPECT_EQ(take("a"), "ok");
  EXPECT_EQ(take("b"), "conflict");
  EXPECT_EQ(take("b", 1000, "grant_2"), "ok") << "another lease is free";
  advance(999);
  EXPECT_EQ(take("b"), "conflict");
  advance(1);
  EXPECT_EQ(take("b"), "ok");
  EXPECT_EQ(take("a"), "conflict") << "it has a new owner now";
}

TEST_P(StoreLeases, is_renewed_by_its_owner) {
  EXPECT_EQ(take("a"), "ok");
  advance(900);
  EXPECT_EQ(take("a"), "ok");
  advance(999);
  EXPECT_EQ(take("b"), "conflict") << "the renewal counts from when it was made";
  advance(1);
  EXPECT_EQ(take("b"), "ok");
}

TEST_P(StoreLeases, is_given_up_by_its_owner_only) {
  EXPECT_EQ(drop("a"), "ok") << "nothing to give up";
  EXPECT_EQ(take("a"), "ok");
  EXPECT_EQ(drop("b"), "ok");
  EXPECT_EQ(take("b"), "conflict");
  EXPECT_EQ(drop("a"), "ok");
  EXPECT_EQ(take("b"), "ok");
}

TEST_P(StoreLeases, a_late_drop_does_not_hit_the_next_owner) {
  EXPECT_EQ(take("a"), "ok");
  advance(1000);
  EXPECT_EQ(take("b"), "ok");
  EXPECT_EQ(drop("a"), "ok");
  EXPECT_EQ(take("a"), "conflict");
}

TEST_P(StoreLeases, that_cannot_be_had_undoes_the_unit) {
  EXPECT_EQ(take("a"), "ok");
  const auto unit = unit_of({ports::Put{make_row(Kind::kGrant, "g")}, ports::TakeLease{"grant_1", "b", "ten_a", model::Milliseconds{1}}});
  EXPECT_EQ(outcome(apply(unit)), "conflict");
  EXPECT_FALSE(has(Kind::kGrant, "g"));
}

TEST_P(StoreLeases, outlives_the_node) {
  EXPECT_EQ(take("a"), "ok");
  harness().reopen();
  EXPECT_EQ(take("b"), "conflict");
  advance(1000);
  EXPECT_EQ(take("b"), "ok");
}

TEST_P(StoreLeases, one_of_many_gets_it) {
  std::vector<ports::Unit> units;
  units.reserve(30);
  for (int i = 0; i < 30; ++i)
    units.push_back(unit_of({ports::TakeLease{"grant_1", std::to_string(i), "ten_a", model::Milliseconds{1000}}}));
  const auto results = outcomes(apply_together(std::move(units)));
  EXPECT_EQ(std::ranges::count(results, "ok"), 1);
  EXPECT_EQ(std::ranges::count(results, "conflict"), 29);
}

}  // namespace valetkey::test
