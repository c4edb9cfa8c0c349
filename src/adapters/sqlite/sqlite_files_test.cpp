#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/inspection.hpp"
#include "contract/sqlite_rig.hpp"

namespace valetkey::test {
namespace {

TEST(SqliteFiles, are_for_their_owner_only) {
  SqliteRig rig;
  const auto path = rig.file.directory() / "new" / "deeper" / "valetkey.db";
  const auto mask = ::umask(0);
  auto opened = SqliteStore::open(path, rig.clock, rig.bus);
  ::umask(mask);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  EXPECT_EQ(mode_of(path.parent_path()), 0700);
  EXPECT_EQ(mode_of(path.parent_path().parent_path()), 0700);
  ASSERT_EQ(outcome(run((*opened)->apply(put({make_row(Kind::kFlow, "f")})))), "ok");
  for (const char* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(path.string() + suffix), 0600) << suffix;
}

TEST(SqliteFiles, an_end_in_order_empties_the_log) {
  SqliteRig rig;
  rig.open();
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "f")}))), "ok");
  EXPECT_TRUE(std::filesystem::exists(rig.file.path().string() + "-wal"));
  rig.store.reset();
  EXPECT_FALSE(std::filesystem::exists(rig.file.path().string() + "-wal"));
  EXPECT_EQ(rig.file.query("SELECT id FROM flows"), (std::vector<std::string>{"f"}));
}

TEST(SqliteFiles, what_waits_at_the_end_is_finished) {
  SqliteRig rig;
  Gate gate;
  rig.open({.before_commit = [&] { return gate.pass(); }});
  gate.close();
  boost::asio::io_context context;
  std::vector<std::string> results;
  for (int i = 0; i < 5; ++i)
    boost::asio::co_spawn(context, rig.store->apply(put({make_row(Kind::kFlow, std::to_string(i))})),
                          [&](std::exception_ptr, model::Result<void> result) { results.push_back(outcome(result)); });
  context.poll();
  gate.wait_for_arrival();
  std::thread closing([&] { rig.store.reset(); });
  gate.open();
  closing.join();
  context.run();
  EXPECT_EQ(results, std::vector<std::string>(5, "ok"));
  EXPECT_EQ(rig.file.query("SELECT count(*) FROM flows"), (std::vector<std::string>{"5"}));
}

TEST(SqliteFiles, a_database_of_another_program_is_refused_and_not_touched) {
  SqliteRig rig;
  rig.file.query("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
  const auto before = bytes_of(rig.file.path());
  const auto opened = rig.try_open();
  ASSERT_EQ(outcome(opened), "not_supported");
  EXPECT_NE(opened.error().detail.find("another program"), std::string::npos);
  EXPECT_EQ(bytes_of(rig.file.path()), before);
}

TEST(SqliteFiles, what_is_no_database_is_refused_and_not_touched) {
  SqliteRig rig;
  std::ofstream(rig.file.path()) << std::string(5'000, 'x');
  const auto before = bytes_of(rig.file.path());
  const auto opened = rig.try_open();
  ASSERT_EQ(outcome(opened), "integrity");
  EXPECT_EQ(opened.error().detail.find(rig.file.directory().string()), std::string::npos) << "paths are for the log";
  EXPECT_EQ(bytes_of(rig.file.path()), before);
}

TEST(SqliteFiles, a_directory_that_cannot_be_made_is_told) {
  SqliteRig rig;
  std::ofstream(rig.file.directory() / "file") << "x";
  const auto opened = SqliteStore::open(rig.file.directory() / "file" / "valetkey.db", rig.clock, rig.bus);
  ASSERT_EQ(outcome(opened), "store_unavailable");
  EXPECT_EQ(opened.error().detail.find(rig.file.directory().string()), std::string::npos);
  EXPECT_NE(opened.error().log.text.find("file"), std::string::npos);
}

class SqliteMigrations : public testing::Test {
 protected:
  void SetUp() override {
    rig.open();
    ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kTenant, "ten_a")}))), "ok");
    rig.store.reset();
  }

  /// Refused with this code, and the file is as it was.
  model::Error refused(SqliteOptions options = {}) {
    const auto before = bytes_of(rig.file.path());
    auto opened = rig.try_open(std::move(options));
    EXPECT_EQ(bytes_of(rig.file.path()), before);
    return opened ? model::Error{.detail = "was opened"} : opened.error();
  }

  SqliteRig rig;
};

TEST_F(SqliteMigrations, are_recorded_and_run_once) {
  const auto recorded = rig.file.query("SELECT name, length(sha256) FROM schema_migrations");
  EXPECT_EQ(recorded, (std::vector<std::string>{"0001_initial.sql", "64"}));
  rig.open();
  rig.store.reset();
  EXPECT_EQ(rig.file.query("SELECT name, length(sha256) FROM schema_migrations"), recorded);
}

TEST_F(SqliteMigrations, of_a_newer_version_are_refused) {
  rig.file.query("INSERT INTO schema_migrations VALUES ('9999_later.sql', 'x', 0)");
  const auto error = refused();
  EXPECT_EQ(error.code, Code::kNotSupported);
  EXPECT_NE(error.detail.find("9999_later.sql"), std::string::npos) << error.detail;
}

TEST_F(SqliteMigrations, that_are_not_ours_are_refused) {
  rig.file.query("UPDATE schema_migrations SET name = '0001_other.sql'");
  EXPECT_EQ(refused().code, Code::kNotSupported);
}

TEST_F(SqliteMigrations, that_were_changed_are_refused) {
  rig.file.query("UPDATE schema_migrations SET sha256 = replace(sha256, substr(sha256, 1, 1), 'x')");
  const auto error = refused();
  EXPECT_EQ(error.code, Code::kIntegrity);
  EXPECT_NE(error.detail.find("0001_initial.sql"), std::string::npos);
}

TEST_F(SqliteMigrations, wait_where_they_may_not_run) {
  SqliteRig fresh;
  EXPECT_EQ(outcome(fresh.try_open({.migrate = false})), "store_unavailable") << "no file is made either";
  EXPECT_FALSE(std::filesystem::exists(fresh.file.path()));
  std::ofstream(fresh.file.path()) << "";
  EXPECT_EQ(outcome(fresh.try_open({.migrate = false})), "not_supported");
  EXPECT_EQ(outcome(rig.try_open({.migrate = false})), "ok") << "nothing is pending here";
}

TEST_F(SqliteMigrations, of_two_processes_that_start_at_once_run_once) {
  SqliteRig fresh;
  std::vector<std::string> results(6);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&fresh, &result] { result = outcome(fresh.try_open()); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(results, std::vector<std::string>(6, "ok"));
  EXPECT_EQ(fresh.file.query("SELECT count(*) FROM schema_migrations"), (std::vector<std::string>{"1"}));
}

}  // namespace
}  // namespace valetkey::test
