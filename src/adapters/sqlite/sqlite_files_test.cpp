#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/inspection.hpp"
#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

TEST(SqliteFiles, are_for_their_owner_only) {
  SqliteTestStore rig;
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
  SqliteTestStore rig;
  rig.open();
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "f")}))), "ok");
  EXPECT_TRUE(std::filesystem::exists(rig.file.path().string() + "-wal"));
  rig.store.reset();
  EXPECT_FALSE(std::filesystem::exists(rig.file.path().string() + "-wal"));
  EXPECT_EQ(rig.file.query("SELECT id FROM flows"), (std::vector<std::string>{"f"}));
}

/// The files as a kill -9 leaves them at this moment; what only the page cache of the dead process had is not in them.
TEST(SqliteFiles, what_was_answered_survives_a_crash) {
  SqliteTestStore rig;
  rig.open();
  const auto crashed = rig.file.directory() / "crashed";
  for (int i = 1; i <= 3; ++i) {
    ports::Unit unit = put({make_row(Kind::kGrant, std::to_string(i))});
    unit.audit = {make_entry(std::to_string(i))};
    ASSERT_EQ(outcome(rig.apply(unit)), "ok");
    std::filesystem::remove_all(crashed);
    std::filesystem::create_directory(crashed);
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(rig.file.path().string() + suffix, crashed / (std::string("valetkey.db") + suffix));
    auto opened = SqliteStore::open(crashed / "valetkey.db", rig.clock, rig.bus);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    EXPECT_EQ(run((*opened)->count({.kind = Kind::kGrant})).value(), i);
    EXPECT_EQ(run((*opened)->audit("ten_a", 0, 10))->size(), static_cast<std::size_t>(i));
    EXPECT_TRUE((*opened)->integrity_check()->empty());
  }
}

/// The log of a unit that was being written when the process died.
TEST(SqliteFiles, what_was_cut_off_by_a_crash_is_gone_as_a_whole) {
  SqliteTestStore rig;
  rig.open();
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kGrant, "whole")}))), "ok");
  const auto log = rig.file.path().string() + "-wal";
  const auto size_before = std::filesystem::file_size(log);
  auto large = make_row(Kind::kGrant, "cut");
  large.doc = "\"" + std::string(50'000, 'x') + "\"";
  ASSERT_EQ(outcome(rig.apply(put({large, make_row(Kind::kFlow, "cut")}))), "ok");
  const auto size_after = std::filesystem::file_size(log);
  const auto crashed = rig.file.directory() / "crashed.db";
  for (const auto size : {size_before + 1, (size_before + size_after) / 2, size_after - 1}) {
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(rig.file.path().string() + suffix, crashed.string() + suffix,
                                 std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(crashed.string() + "-wal", size);
    auto opened = SqliteStore::open(crashed, rig.clock, rig.bus);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    EXPECT_TRUE(run((*opened)->get(Kind::kGrant, "whole"))->has_value());
    EXPECT_FALSE(run((*opened)->get(Kind::kGrant, "cut"))->has_value());
    EXPECT_FALSE(run((*opened)->get(Kind::kFlow, "cut"))->has_value());
    EXPECT_EQ(outcome(run((*opened)->apply(put({large})))), "ok");
  }
}

TEST(SqliteFiles, what_waits_at_the_end_is_finished) {
  SqliteTestStore rig;
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
  SqliteTestStore rig;
  rig.file.query("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
  const auto before = bytes_of(rig.file.path());
  const auto opened = rig.try_open();
  ASSERT_EQ(outcome(opened), "not_supported");
  EXPECT_NE(opened.error().detail.find("another program"), std::string::npos);
  EXPECT_EQ(bytes_of(rig.file.path()), before);
}

TEST(SqliteFiles, what_is_no_database_is_refused_and_not_touched) {
  SqliteTestStore rig;
  std::ofstream(rig.file.path()) << std::string(5'000, 'x');
  const auto before = bytes_of(rig.file.path());
  const auto opened = rig.try_open();
  ASSERT_EQ(outcome(opened), "integrity");
  EXPECT_EQ(opened.error().detail.find(rig.file.directory().string()), std::string::npos) << "paths are for the log";
  EXPECT_EQ(bytes_of(rig.file.path()), before);
}

TEST(SqliteFiles, a_directory_that_cannot_be_made_is_told) {
  SqliteTestStore rig;
  std::ofstream(rig.file.directory() / "file") << "x";
  const auto opened = SqliteStore::open(rig.file.directory() / "file" / "valetkey.db", rig.clock, rig.bus);
  ASSERT_EQ(outcome(opened), "store_unavailable");
  EXPECT_EQ(opened.error().detail.find(rig.file.directory().string()), std::string::npos);
  EXPECT_NE(opened.error().log.text.find("file"), std::string::npos);
}

class SqliteMigrations : public testing::Test {
 protected:
  void SetUp() override {
    rig_.open();
    ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kTenant, "ten_a")}))), "ok");
    rig_.store.reset();
  }

  /// Refused with this code, and the file is as it was.
  model::Error refused(SqliteOptions options = {}) {
    const auto before = bytes_of(rig_.file.path());
    auto opened = rig_.try_open(std::move(options));
    EXPECT_EQ(bytes_of(rig_.file.path()), before);
    return opened ? model::Error{.detail = "was opened"} : opened.error();
  }

  SqliteTestStore rig_;
};

TEST_F(SqliteMigrations, are_recorded_and_run_once) {
  const auto recorded = rig_.file.query("SELECT name, length(sha256) FROM schema_migrations");
  EXPECT_EQ(recorded, (std::vector<std::string>{"0001_initial.sql", "64", "0002_events.sql", "64"}));
  rig_.open();
  rig_.store.reset();
  EXPECT_EQ(rig_.file.query("SELECT name, length(sha256) FROM schema_migrations"), recorded);
}

TEST_F(SqliteMigrations, of_a_newer_version_are_refused) {
  rig_.file.query("INSERT INTO schema_migrations VALUES ('9999_later.sql', 'x', 0)");
  const auto error = refused();
  EXPECT_EQ(error.code, Code::kNotSupported);
  EXPECT_NE(error.detail.find("9999_later.sql"), std::string::npos) << error.detail;
}

TEST_F(SqliteMigrations, that_are_not_ours_are_refused) {
  rig_.file.query("UPDATE schema_migrations SET name = '0001_other.sql' WHERE name = '0001_initial.sql'");
  EXPECT_EQ(refused().code, Code::kNotSupported);
}

TEST_F(SqliteMigrations, that_were_changed_are_refused) {
  rig_.file.query("UPDATE schema_migrations SET sha256 = replace(sha256, substr(sha256, 1, 1), 'x')");
  const auto error = refused();
  EXPECT_EQ(error.code, Code::kIntegrity);
  EXPECT_NE(error.detail.find("0001_initial.sql"), std::string::npos);
}

TEST_F(SqliteMigrations, wait_where_they_may_not_run) {
  SqliteTestStore fresh;
  EXPECT_EQ(outcome(fresh.try_open({.migrate = false})), "store_unavailable") << "no file is made either";
  EXPECT_FALSE(std::filesystem::exists(fresh.file.path()));
  std::ofstream(fresh.file.path()) << "";
  EXPECT_EQ(outcome(fresh.try_open({.migrate = false})), "not_supported");
  EXPECT_EQ(outcome(rig_.try_open({.migrate = false})), "ok") << "nothing is pending here";
}

TEST_F(SqliteMigrations, of_two_processes_that_start_at_once_run_once) {
  SqliteTestStore fresh;
  std::vector<std::string> results(6);
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (auto& result : results) threads.emplace_back([&fresh, &result] { result = outcome(fresh.try_open()); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(results, std::vector<std::string>(6, "ok"));
  EXPECT_EQ(fresh.file.query("SELECT count(*) FROM schema_migrations"), (std::vector<std::string>{"2"})) << "each migration has one row";
}

}  // namespace
}  // namespace valetkey::test
