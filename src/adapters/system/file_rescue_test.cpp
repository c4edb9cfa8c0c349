#include "adapters/system/file_rescue.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "adapters/system/interfaces.hpp"
#include "support/run_task.hpp"

namespace valetkey::adapters::system {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

class FileRescueTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "rescueXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    parent_ = pattern;
    directory_ = pattern + "/rescue";
  }
  void TearDown() override { std::filesystem::remove_all(parent_); }

  [[nodiscard]] static unsigned mode(const std::string& path) {
    struct stat facts{};
    return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
  }

  boost::asio::io_context context_;
  std::string parent_;
  std::string directory_;
};

TEST_F(FileRescueTest, keeps_replaces_and_drops) {
  FileRescue rescue(directory_);
  EXPECT_EQ(test::run(context_, rescue.all()).value(), Records{});
  const std::string bytes("\0\xff\n sealed", 10);
  EXPECT_TRUE(test::run(context_, rescue.keep("grant_b", "old")));
  EXPECT_TRUE(test::run(context_, rescue.keep("grant_a", bytes)));
  EXPECT_TRUE(test::run(context_, rescue.keep("grant_b", "new")));
  FileRescue again(directory_);
  EXPECT_EQ(test::run(context_, again.all()).value(), (Records{{"grant_a", bytes}, {"grant_b", "new"}}));
  EXPECT_TRUE(test::run(context_, rescue.drop("grant_a")));
  EXPECT_TRUE(test::run(context_, rescue.drop("grant_a")));
  EXPECT_EQ(test::run(context_, rescue.all()).value(), (Records{{"grant_b", "new"}}));
}

TEST_F(FileRescueTest, is_for_the_owner_only) {
  FileRescue rescue(directory_);
  ASSERT_TRUE(test::run(context_, rescue.keep("grant_a", "sealed")));
  EXPECT_EQ(mode(directory_), 0700U);
  EXPECT_EQ(mode(directory_ + "/grant_a.rescue"), 0600U);
}

TEST_F(FileRescueTest, refuses_names_that_leave_the_directory) {
  FileRescue rescue(directory_);
  for (const auto* name : {"", "..", "../x", "a/b", "a.b", "a b", "\xc3\xa4"}) {
    EXPECT_EQ(test::run(context_, rescue.keep(name, "x")).error().code, model::Code::kInvalidInput) << name;
    EXPECT_EQ(test::run(context_, rescue.drop(name)).error().code, model::Code::kInvalidInput) << name;
  }
  EXPECT_TRUE(test::run(context_, rescue.keep(std::string(128, 'a'), "x")));
  EXPECT_FALSE(test::run(context_, rescue.keep(std::string(129, 'a'), "x")));
}

TEST_F(FileRescueTest, a_write_that_never_ended_is_no_record) {
  FileRescue rescue(directory_);
  ASSERT_TRUE(test::run(context_, rescue.keep("grant_a", "whole")));
  std::ofstream(directory_ + "/grant_b.rescue.tmp") << "half";
  EXPECT_EQ(test::run(context_, rescue.all()).value(), (Records{{"grant_a", "whole"}}));
}

TEST_F(FileRescueTest, says_when_the_disk_refuses) {
  std::ofstream(directory_) << "a file where the directory should be";
  FileRescue rescue(directory_);
  const auto kept = test::run(context_, rescue.keep("grant_a", "x"));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, model::Code::kStoreUnavailable);
  EXPECT_EQ(kept.error().detail.find(directory_), std::string::npos);
  EXPECT_EQ(test::run(context_, rescue.all()).error().code, model::Code::kStoreUnavailable);
}

TEST(Interfaces, loopback_is_among_them) {
  const auto addresses = interface_addresses();
  EXPECT_NE(std::ranges::find(addresses, model::make_v4(127, 0, 0, 1)), addresses.end());
}

}  // namespace
}  // namespace valetkey::adapters::system
