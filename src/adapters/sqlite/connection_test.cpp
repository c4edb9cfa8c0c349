#include "adapters/sqlite/connection.hpp"

#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

using adapters::sqlite::Access;
using adapters::sqlite::Connection;

class SqliteConnection : public testing::Test {
 protected:
  void SetUp() override {
    store_.open();
    store_.store.reset();
  }

  std::unique_ptr<Connection> open(Access access) { return std::move(Connection::open(store_.file.path(), access).value()); }

  SqliteTestStore store_;
};

TEST_F(SqliteConnection, of_the_writer_syncs_every_commit_to_a_log) {
  const auto writer = open(Access::kWrite);
  EXPECT_EQ(writer->integer_of("PRAGMA synchronous", "test").value(), 2) << "FULL: what was answered survives a power cut";
  auto mode = writer->prepare("PRAGMA journal_mode", "test");
  ASSERT_TRUE(mode->step().value());
  EXPECT_EQ(mode->text(0), "wal");
}

TEST_F(SqliteConnection, of_a_reader_never_writes) {
  for (const auto access : {Access::kRead, Access::kInspect}) {
    const auto refused = open(access)->execute("DELETE FROM flows", "test");
    EXPECT_EQ(outcome(refused), "store_unavailable");
  }
}

TEST_F(SqliteConnection, keeps_a_prepared_statement_ready_for_the_next_use) {
  const auto reader = open(Access::kRead);
  for (const std::int64_t number : {1, 2}) {
    auto statement = reader->prepare("SELECT ?, ?", "test");
    statement->bind(number);  // the second stays unbound: null, whatever an earlier use bound
    ASSERT_TRUE(statement->step().value());
    EXPECT_EQ(statement->column(0), model::Column{number});
    EXPECT_EQ(statement->column(1), model::Column{});
    statement->bind(std::string_view("left over"));
  }
}

TEST_F(SqliteConnection, a_value_that_cannot_be_bound_is_an_error_of_the_step) {
  const auto reader = open(Access::kRead);
  auto statement = reader->prepare("SELECT ?", "test the binding");
  statement->bind(std::int64_t{1}).bind(std::int64_t{2});
  const auto row = statement->step();
  ASSERT_EQ(outcome(row), "internal");
  EXPECT_EQ(row.error().detail.rfind("test the binding: ", 0), 0U);
}

TEST_F(SqliteConnection, a_statement_with_an_error_is_told_and_not_kept) {
  const auto reader = open(Access::kRead);
  EXPECT_EQ(outcome(reader->prepare("SELECT nonsense FROM nowhere", "test")), "internal");
  EXPECT_EQ(outcome(reader->prepare("SELECT nonsense FROM nowhere", "test")), "internal");
  EXPECT_EQ(reader->integer_of("SELECT 7", "test").value(), 7);
  EXPECT_EQ(reader->integer_of("SELECT 7 WHERE 0", "test").value(), 0);
}

}  // namespace
}  // namespace valetkey::test
