#include "adapters/sqlite/inspection.hpp"
#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

using adapters::sqlite::inspect;

class SqliteBackup : public testing::Test {
 protected:
  void SetUp() override { rig_.open(); }

  SqliteTestStore rig_;
  std::filesystem::path target_ = rig_.file.directory() / "backup.db";
};

TEST_F(SqliteBackup, is_a_whole_database_for_its_owner) {
  ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kTenant, "ten_a"), make_row(Kind::kGrant, "g")}))), "ok");
  ASSERT_EQ(outcome(rig_.store->backup(target_)), "ok");
  EXPECT_EQ(mode_of(target_), 0600);
  for (const char* suffix : {"-wal", "-shm", "-journal"}) EXPECT_FALSE(std::filesystem::exists(target_.string() + suffix)) << suffix;
  auto copy = SqliteStore::open(target_, rig_.clock, rig_.bus);
  ASSERT_TRUE(copy.has_value()) << copy.error().detail;
  EXPECT_TRUE(run((*copy)->get(Kind::kGrant, "g"))->has_value());
  EXPECT_TRUE((*copy)->integrity_check()->empty());
  EXPECT_EQ(outcome(run((*copy)->apply(put({make_row(Kind::kFlow, "f")})))), "ok");
}

TEST_F(SqliteBackup, never_overwrites) {
  std::ofstream(target_) << "mine";
  EXPECT_EQ(outcome(rig_.store->backup(target_)), "conflict");
  EXPECT_EQ(bytes_of(target_), "mine");
  std::filesystem::create_symlink(rig_.file.directory() / "elsewhere", rig_.file.directory() / "link");
  EXPECT_EQ(outcome(rig_.store->backup(rig_.file.directory() / "link")), "conflict");
  EXPECT_FALSE(std::filesystem::exists(rig_.file.directory() / "elsewhere"));
}

TEST_F(SqliteBackup, that_fails_leaves_no_file) {
  EXPECT_EQ(outcome(rig_.store->backup(rig_.file.directory() / "missing" / "backup.db")), "store_unavailable");
  EXPECT_FALSE(std::filesystem::exists(rig_.file.directory() / "missing"));
}

TEST_F(SqliteBackup, is_one_moment_while_writes_go_on) {
  std::atomic<bool> stop = false;
  // Each unit writes two rows: a copy that holds one of them without the other is no moment of the store.
  std::thread writing([&] {
    for (int i = 0; !stop; ++i) {
      const auto id = std::to_string(i);
      EXPECT_EQ(outcome(rig_.apply(put({make_row(Kind::kFlow, id), make_row(Kind::kGrant, id)}))), "ok");
    }
  });
  for (int i = 0; i < 5; ++i) {
    const auto path = rig_.file.directory() / ("backup" + std::to_string(i));
    EXPECT_EQ(outcome(rig_.store->backup(path)), "ok");
    auto copy = SqliteStore::open(path, rig_.clock, rig_.bus);
    ASSERT_TRUE(copy.has_value());
    EXPECT_EQ(run((*copy)->count({.kind = Kind::kFlow})).value(), run((*copy)->count({.kind = Kind::kGrant})).value());
    EXPECT_TRUE((*copy)->integrity_check()->empty());
  }
  stop = true;
  writing.join();
}

TEST_F(SqliteBackup, a_deleted_tenant_is_in_no_byte_of_it) {
  std::vector<model::Row> rows;
  for (int i = 0; i < 200; ++i) {
    auto row = make_row(Kind::kDataKey, "dk_" + std::to_string(i), "ten_gone");
    row.doc = R"({"wrapped":"MARK)" + std::string(static_cast<std::size_t>(i) * 40, 'x') + "MARK\"}";
    rows.push_back(row);
  }
  ASSERT_EQ(outcome(rig_.apply(put(rows))), "ok");
  ASSERT_EQ(outcome(rig_.apply(put({make_row(Kind::kFlow, "f", "ten_kept")}))), "ok");
  rig_.open();
  EXPECT_NE(bytes_of(rig_.file.path()).find("MARK"), std::string::npos);
  ASSERT_EQ(outcome(rig_.apply(unit_of({ports::EraseTenant{"ten_gone"}}))), "ok");
  ASSERT_EQ(outcome(rig_.store->backup(target_)), "ok");
  rig_.store.reset();
  for (const auto& path : {target_, rig_.file.path()})
    for (const char* gone : {"MARK", "ten_gone"}) EXPECT_EQ(bytes_of(path).find(gone), std::string::npos) << path << " " << gone;
  EXPECT_NE(bytes_of(target_).find("ten_kept"), std::string::npos);
}

TEST(SqliteInspection, tells_what_a_file_holds_and_makes_none) {
  SqliteTestStore rig;
  auto seen = inspect(rig.file.path());
  ASSERT_TRUE(seen.has_value());
  EXPECT_FALSE(seen->exists);
  EXPECT_TRUE(seen->is_empty);
  EXPECT_EQ(seen->pending_migrations, 2U);
  EXPECT_FALSE(std::filesystem::exists(rig.file.path()));

  std::ofstream(rig.file.path()) << "";
  seen = inspect(rig.file.path());
  EXPECT_TRUE(seen->exists && seen->is_empty && seen->pending_migrations == 2);
  EXPECT_EQ(std::filesystem::file_size(rig.file.path()), 0U);

  rig.open();
  seen = inspect(rig.file.path());
  EXPECT_TRUE(seen->exists && seen->is_empty && seen->pending_migrations == 0 && seen->problems.empty());
  EXPECT_TRUE(rig.store->is_empty().value());

  ASSERT_EQ(outcome(rig.apply(put({make_row(Kind::kTokenReads, "last kind")}))), "ok");
  EXPECT_FALSE(rig.store->is_empty().value());
  EXPECT_FALSE(inspect(rig.file.path())->is_empty);
}

TEST(SqliteInspection, refuses_what_is_not_ours) {
  SqliteTestStore rig;
  rig.file.query("CREATE TABLE theirs (a)");
  EXPECT_EQ(outcome(inspect(rig.file.path())), "not_supported");
  std::filesystem::remove(rig.file.path());
  std::ofstream(rig.file.path()) << std::string(5'000, 'x');
  EXPECT_EQ(outcome(inspect(rig.file.path())), "integrity");
}

}  // namespace
}  // namespace valetkey::test
