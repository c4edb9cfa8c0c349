#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

/// Whoever can write the file can change a row, but not so that the chain still holds.
TEST(AuditTampering, security_s43_a_changed_row_is_found) {
  const std::vector<std::pair<const char*, std::int64_t>> attacks = {
      {"UPDATE audit SET actor = 'key_innocent' WHERE sequence = 2 AND tenant = 'ten_a'", 2},
      {"UPDATE audit SET at = at + 1 WHERE sequence = 3 AND tenant = 'ten_a'", 3},
      {"UPDATE audit SET detail = '{\"a\":1}' WHERE sequence = 1 AND tenant = 'ten_a'", 1},
      {"UPDATE audit SET tenant = 'ten_b', sequence = 1 WHERE sequence = 4 AND tenant = 'ten_a'", 0},
      {"DELETE FROM audit WHERE sequence = 2 AND tenant = 'ten_a'", 2},
      {"UPDATE audit SET sequence = 9 WHERE sequence = 4 AND tenant = 'ten_a'", 4},
  };
  for (const auto& [attack, broken] : attacks) {
    SqliteTestStore rig;
    rig.open();
    ASSERT_EQ(outcome(rig.apply({.audit = {make_entry("one"), make_entry("two"), make_entry("three"), make_entry("four")}})), "ok");
    EXPECT_EQ(first_broken(run(rig.store->audit("ten_a", 0, 10)).value()), 0);
    rig.file.query(attack);
    EXPECT_EQ(first_broken(run(rig.store->audit("ten_a", 0, 10)).value()), broken) << attack;
    if (broken == 0) EXPECT_EQ(first_broken(run(rig.store->audit("ten_b", 0, 10)).value()), 1) << "a row does not fit into another's chain";
  }
}

}  // namespace
}  // namespace valetkey::test
