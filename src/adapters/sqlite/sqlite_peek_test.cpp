#include "adapters/sqlite/backup.hpp"
#include "adapters/sqlite/peek.hpp"
#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

using adapters::sqlite::has_backup_mark;
using adapters::sqlite::peek;
using adapters::sqlite::peek_is_empty;
using adapters::sqlite::remove_backup_mark;

class SqlitePeek : public testing::Test {
 protected:
  void SetUp() override { rig_.open(); }
  std::size_t files() const {
    const auto all = std::filesystem::directory_iterator(rig_.file.directory());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  std::size_t tenants() const { return peek(rig_.file.path(), {.kind = Kind::kTenant}).value().size(); }

  SqliteTestStore rig_;
};

TEST_F(SqlitePeek, sees_what_a_running_store_holds) {
  EXPECT_TRUE(peek_is_empty(rig_.file.path()).value());
  EXPECT_EQ(tenants(), 0U);
  ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kTenant, "ten_a")}))), "ok");
  EXPECT_FALSE(peek_is_empty(rig_.file.path()).value());
  EXPECT_EQ(tenants(), 1U);
}

TEST_F(SqlitePeek, leaves_nothing_behind) {
  ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kTenant, "ten_a")}))), "ok");
  rig_.store.reset();
  const auto before = bytes_of(rig_.file.path());
  const auto count = files();
  EXPECT_EQ(tenants(), 1U);
  EXPECT_FALSE(peek_is_empty(rig_.file.path()).value());
  EXPECT_FALSE(has_backup_mark(rig_.file.path()).value());
  EXPECT_EQ(files(), count);
  EXPECT_EQ(bytes_of(rig_.file.path()), before);
}

TEST_F(SqlitePeek, of_nothing_is_empty) {
  EXPECT_TRUE(peek_is_empty(rig_.file.directory() / "none.db").value());
  EXPECT_FALSE(std::filesystem::exists(rig_.file.directory() / "none.db"));
  const auto odd = rig_.file.directory() / "a?b#c%20.db";
  std::ofstream(odd) << "";
  EXPECT_TRUE(peek_is_empty(odd).value());
  EXPECT_TRUE(peek(odd, {.kind = Kind::kTenant}).value().empty());
}

TEST_F(SqlitePeek, refresh_5_8_a_backup_is_known_as_one) {
  ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kTenant, "ten_a")}))), "ok");
  const auto target = rig_.file.directory() / "backup.db";
  ASSERT_EQ(outcome(rig_.store->backup(target)), "ok");
  EXPECT_TRUE(has_backup_mark(target).value());
  EXPECT_FALSE(has_backup_mark(rig_.file.path()).value());
  for (const char* suffix : {"-wal", "-shm", "-journal"}) EXPECT_FALSE(std::filesystem::exists(target.string() + suffix)) << suffix;
  ASSERT_EQ(outcome(remove_backup_mark(target)), "ok");
  EXPECT_FALSE(has_backup_mark(target).value());
}

}  // namespace
}  // namespace valetkey::test
