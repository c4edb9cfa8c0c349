#include <sys/resource.h>

#include <csignal>

#include "contract/sqlite_test_store.hpp"
#include "support/recorded_metrics.hpp"

namespace valetkey::test {
namespace {

/// While it lives, no file of this process may grow beyond `bytes`: every write behind that fails as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(SqliteOutage, a_write_that_fails_is_unavailable_and_leaves_nothing) {
  SqliteTestStore rig;
  rig.open();
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "before")}))), "ok");
  auto large = make_row(Kind::kFlow, "large");
  large.doc = "\"" + std::string(4'000'000, 'x') + "\"";
  {
    const FileSizeLimit limit(std::filesystem::file_size(rig.file.path().string() + "-wal") + 100'000);
    const auto applied = rig.apply(put({large}));
    ASSERT_EQ(outcome(applied), "store_unavailable");
    EXPECT_EQ(applied.error().detail.find(rig.file.directory().string()), std::string::npos);
    EXPECT_NE(applied.error().log.text.find("sqlite"), std::string::npos);
    EXPECT_TRUE(run(rig.store->get(Kind::kFlow, "before"))->has_value()) << "reads go on";
  }
  EXPECT_FALSE(run(rig.store->get(Kind::kFlow, "large"))->has_value());
  EXPECT_EQ(outcome(rig.apply(put({large}))), "ok") << "and so do writes when there is room again";
  rig.open();
  EXPECT_TRUE(run(rig.store->get(Kind::kFlow, "large"))->has_value());
  EXPECT_TRUE(rig.store->integrity_check()->empty());
}

TEST(SqliteOutage, commits_and_what_was_lost_are_counted) {
  SqliteTestStore rig;
  RecordedMetrics metrics;
  bool disk_is_there = true;
  rig.open({.metrics = &metrics, .before_commit = [&] { return disk_is_there; }});
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "one")}))), "ok");
  disk_is_there = false;
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "two")}))), "store_unavailable");
  const auto values = metrics.values();
  EXPECT_EQ(values.at("valetkey_store_commit_units{}"), 1);
  EXPECT_EQ(values.at("valetkey_store_commit_seconds{}"), 1);
  EXPECT_EQ(values.at("valetkey_store_refused_total{disk}"), 1);
  EXPECT_TRUE(values.contains("valetkey_store_queue"));
  rig.store.reset();
}

TEST(SqliteOutage, a_backup_that_fails_leaves_no_file) {
  SqliteTestStore rig;
  rig.open();
  const auto target = rig.file.directory() / "backup.db";
  {
    const FileSizeLimit limit(20'000);
    EXPECT_EQ(outcome(rig.store->backup(target)), "store_unavailable");
  }
  for (const auto& entry : std::filesystem::directory_iterator(rig.file.directory()))
    EXPECT_EQ(entry.path().filename().string().rfind("backup", 0), std::string::npos) << entry.path();
  EXPECT_EQ(outcome(rig.store->backup(target)), "ok");
}

class SqliteDamage : public testing::Test {
 protected:
  /// Overwrites the page where the tree of a table begins.
  void SetUp() override {
    rig_.open();
    for (int i = 0; i < 5; ++i) {
      const auto id = std::to_string(i);
      ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kGrant, id), make_row(Kind::kFlow, id)}))), "ok");
    }
    rig_.store.reset();
    const auto page = std::stol(rig_.file.query("SELECT rootpage FROM sqlite_schema WHERE name = 'grants'")[0]);
    const auto size = std::stol(rig_.file.query("PRAGMA page_size")[0]);
    std::fstream out(rig_.file.path(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp((page - 1) * size);
    out << std::string(static_cast<std::size_t>(size), '\xff');
    out.close();
    rig_.open();
  }

  SqliteTestStore rig_;
};

TEST_F(SqliteDamage, is_an_integrity_error_of_what_it_hit) {
  EXPECT_EQ(outcome(run(rig_.store->get(Kind::kGrant, "1"))), "integrity");
  EXPECT_EQ(outcome(run(rig_.store->find({.kind = Kind::kGrant}))), "integrity");
  const auto damaged = rig_.apply(put({make_row(Kind::kGrant, "1")}));
  EXPECT_EQ(outcome(damaged), "integrity") << damaged.error().log.text;
  EXPECT_TRUE(run(rig_.store->get(Kind::kFlow, "1"))->has_value());
  EXPECT_EQ(outcome(rig_.apply(put({make_row(Kind::kFlow, "1")}))), "ok");
}

TEST_F(SqliteDamage, of_one_unit_is_not_that_of_its_group) {
  boost::asio::io_context context;
  std::vector<std::string> results(3);
  const std::vector<Kind> kinds{Kind::kFlow, Kind::kGrant, Kind::kTenant};
  for (std::size_t i = 0; i < kinds.size(); ++i)
    boost::asio::co_spawn(context, rig_.store->apply(put({make_row(kinds[i], "1")})),
                          [&results, i](std::exception_ptr, model::Result<void> result) { results[i] = outcome(result); });
  context.run();
  EXPECT_EQ(results, (std::vector<std::string>{"ok", "integrity", "ok"}));
}

TEST_F(SqliteDamage, is_found_by_the_check) { EXPECT_FALSE(rig_.store->integrity_check()->empty()); }

TEST(SqliteWatch, a_change_by_another_process_makes_everyone_forget_everything) {
  SqliteTestStore rig;
  rig.open({.watch_interval = model::Milliseconds{1}});
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "f")}))), "ok");
  ASSERT_EQ(outcome(rig.apply({})), "ok");
  EXPECT_EQ(std::ranges::count(rig.bus.published(), "everything"), 0) << "our own changes are no news";
  rig.file.query("DELETE FROM flows");
  EXPECT_TRUE(rig.bus.waits_for("everything"));
}

TEST(SqliteWatch, reads_backups_and_checks_are_no_changes) {
  SqliteTestStore rig;
  rig.open();
  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kFlow, "f")}))), "ok");
  ASSERT_TRUE(rig.store->backup(rig.file.directory() / "copy.db").has_value());
  ASSERT_TRUE(rig.store->integrity_check().has_value());
  rig.file.query("SELECT * FROM flows");
  // Two more groups: the writer looks after each, and the second cannot be answered before the look after the first.
  ASSERT_EQ(outcome(rig.apply({})), "ok");
  ASSERT_EQ(outcome(rig.apply({})), "ok");
  EXPECT_EQ(std::ranges::count(rig.bus.published(), "everything"), 0);
}

}  // namespace
}  // namespace valetkey::test
