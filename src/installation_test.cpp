#include "installation.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "support/sqlite_rig.hpp"
#include "support/vault_rig.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::Code;
using model::Installation;

class InstallationTest : public testing::Test {
 protected:
  test::VaultRig rig_;
  std::unique_ptr<vault::KeyRing> keys_ = rig_.ring();
  vault::Records records_{rig_.store, *keys_};

  Installation checked(std::string fingerprint) {
    auto installation = test::run(check_installation(records_, rig_.clock, rig_.random, std::move(fingerprint)));
    EXPECT_TRUE(installation) << installation.error().detail;
    return installation ? *installation : Installation{};
  }
  bool resumed(std::string fingerprint) {
    const auto was_held = test::run(resume_installation(records_, rig_.clock, std::move(fingerprint)));
    EXPECT_TRUE(was_held) << was_held.error().detail;
    return was_held && *was_held;
  }
};

TEST_F(InstallationTest, refresh_5_8_first_start_makes_the_record_and_restarts_never_hold) {
  const auto first = checked("here");
  EXPECT_THAT(first.id, testing::StartsWith("inst_"));
  EXPECT_FALSE(first.hold);
  for (int i = 0; i < 3; ++i) {
    const auto again = checked("here");
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.revision, first.revision) << "a restart writes nothing";
    EXPECT_FALSE(again.hold);
  }
}

TEST_F(InstallationTest, refresh_5_8_a_copy_starts_on_hold_until_it_is_resumed) {
  const auto first = checked("here");
  const auto copy = checked("there");
  EXPECT_EQ(copy.id, first.id);
  EXPECT_TRUE(copy.hold);
  EXPECT_EQ(copy.hold_reason, "fingerprint changed");
  EXPECT_TRUE(checked("there").hold) << "a restart does not end it";
  EXPECT_TRUE(resumed("there"));
  EXPECT_FALSE(checked("there").hold);
  EXPECT_FALSE(resumed("there"));
}

TEST(InstallationAudit, security_s43_hold_and_resume_are_in_the_audit_log) {
  test::SteppedClock clock;
  test::FixedRandom random;
  test::SqliteRig rig(clock);
  auto roots = test::root_keys({'a'}, random);
  vault::KeyRing keys(rig.store(), roots, clock, random);
  ASSERT_TRUE(rig.run(keys.start()));
  const vault::Records records(rig.store(), keys);
  ASSERT_TRUE(rig.run(check_installation(records, clock, random, "here")));
  ASSERT_TRUE(rig.run(check_installation(records, clock, random, "there")));
  ASSERT_TRUE(rig.run(resume_installation(records, clock, "there")));
  std::vector<std::string> actions;
  for (const auto& entry : rig.run(rig.store().audit("", 0, 100)).value()) actions.push_back(entry.action + " " + entry.detail);
  EXPECT_THAT(actions, testing::ElementsAre(R"(installation.held {"reason":"fingerprint changed"})",
                                            R"(installation.resumed {"reason":"fingerprint changed"})"));
}

TEST_F(InstallationTest, refresh_5_8_resume_before_the_first_start_binds_the_new_place) {
  checked("here");
  EXPECT_FALSE(resumed("there"));
  EXPECT_FALSE(checked("there").hold);
  EXPECT_TRUE(checked("here").hold) << "now the old place is the copy";
}

TEST_F(InstallationTest, refresh_5_8_resume_beside_a_server_keeps_the_server_s_place) {
  checked("here");
  checked("there");
  EXPECT_TRUE(resumed(""));
  EXPECT_FALSE(checked("there").hold);
}

TEST_F(InstallationTest, refresh_5_8_a_restored_store_stays_on_hold_for_its_own_reason) {
  checked("here");
  ASSERT_TRUE(test::run(hold_installation(records_, rig_.clock, "here", "restored from backup")));
  EXPECT_TRUE(checked("here").hold);
  const auto moved = checked("elsewhere");
  EXPECT_TRUE(moved.hold);
  EXPECT_EQ(moved.hold_reason, "restored from backup");
}

TEST_F(InstallationTest, security_s41_the_hold_cannot_be_cleared_in_the_database) {
  checked("here");
  auto held = checked("there");
  held.hold = false;
  auto row = model::to_row(held);
  row.mac = (*test::run(rig_.store.get(model::Kind::kInstallation, "installation")))->mac;
  ports::Unit unit;
  unit.writes.emplace_back(ports::Put{row});
  ASSERT_TRUE(test::run(rig_.store.apply(std::move(unit))));
  const auto installation = test::run(check_installation(records_, rig_.clock, rig_.random, "there"));
  ASSERT_FALSE(installation);
  EXPECT_EQ(installation.error().code, Code::kIntegrity);
}

TEST_F(InstallationTest, a_store_with_tenants_and_no_record_is_refused) {
  ports::Unit unit;
  unit.writes.emplace_back(records_.put(model::Tenant{.id = model::TenantId{"ten_a"}, .name = "a"}));
  ASSERT_TRUE(test::run(rig_.store.apply(std::move(unit))));
  const auto installation = test::run(check_installation(records_, rig_.clock, rig_.random, "here"));
  ASSERT_FALSE(installation);
  EXPECT_EQ(installation.error().code, Code::kIntegrity);
}

class FingerprintTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "fingerprint_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fs::create_directory(folder_ / "data");
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string of(const fs::path& data_dir, std::string machine = "machine") const {
    Config config;
    config.data_dir = data_dir.string();
    config.machine_id = std::move(machine);
    const auto fingerprint = fingerprint_of(config);
    EXPECT_TRUE(fingerprint) << fingerprint.error().detail;
    return fingerprint.value_or("");
  }
  fs::path folder_;
};

TEST_F(FingerprintTest, refresh_5_8_is_equal_however_the_directory_is_spelled) {
  const auto here = of(folder_ / "data");
  EXPECT_EQ(here.size(), 64U);
  EXPECT_EQ(of(folder_ / "data" / ""), here);
  EXPECT_EQ(of(folder_ / "data" / ".." / "data" / "."), here);
  fs::create_directory_symlink(folder_ / "data", folder_ / "alias");
  EXPECT_EQ(of(folder_ / "alias"), here);
}

TEST_F(FingerprintTest, refresh_5_8_differs_on_another_machine_in_another_directory_and_in_a_copy_put_in_its_place) {
  const auto here = of(folder_ / "data");
  EXPECT_NE(of(folder_ / "data", "another"), here);
  fs::copy(folder_ / "data", folder_ / "copy", fs::copy_options::recursive);
  EXPECT_NE(of(folder_ / "copy"), here);
  fs::rename(folder_ / "data", folder_ / "old");
  fs::rename(folder_ / "copy", folder_ / "data");
  EXPECT_NE(of(folder_ / "data"), here);
}

TEST_F(FingerprintTest, refresh_5_8_without_a_setting_this_machine_is_meant) {
  EXPECT_EQ(of(folder_ / "data", ""), of(folder_ / "data", ""));
  EXPECT_NE(of(folder_ / "data", ""), of(folder_ / "data", "machine"));
}

TEST_F(FingerprintTest, needs_the_directory) {
  Config config;
  config.data_dir = (folder_ / "none").string();
  EXPECT_EQ(fingerprint_of(config).error().code, Code::kStoreUnavailable);
}

}  // namespace
}  // namespace valetkey
