#include "serve_lock.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

namespace valetkey {
namespace {

namespace fs = std::filesystem;

class ServeLockTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "serve_lock_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(ServeLockTest, one_at_a_time) {
  const auto data_dir = (folder_ / "a" / "data" / "").string();
  EXPECT_FALSE(ServeLock::is_taken(data_dir));
  auto first = ServeLock::take(data_dir);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_TRUE(ServeLock::is_taken(data_dir));
  const auto second = ServeLock::take(data_dir);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, model::Code::kConflict);
  EXPECT_THAT(second.error().detail, testing::HasSubstr("another valetkey serves from it already"));
  first->reset();
  EXPECT_FALSE(ServeLock::is_taken(data_dir));
  EXPECT_TRUE(ServeLock::take(data_dir));
}

TEST_F(ServeLockTest, asking_does_not_take) {
  const auto lock = ServeLock::take(folder_.string());
  ASSERT_TRUE(lock);
  (void)ServeLock::is_taken(folder_.string());
  EXPECT_TRUE(ServeLock::is_taken(folder_.string()));
}

TEST_F(ServeLockTest, makes_a_private_directory) {
  const auto old_mask = ::umask(0);
  const auto lock = ServeLock::take((folder_ / "data").string());
  ::umask(old_mask);
  ASSERT_TRUE(lock);
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder_ / "data").permissions()), 0700U);
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder_ / "data" / "serve.lock").permissions()), 0600U);
}

TEST_F(ServeLockTest, a_place_that_cannot_be_is_an_error) {
  EXPECT_EQ(ServeLock::take("/dev/null/data").error().code, model::Code::kStoreUnavailable);
}

}  // namespace
}  // namespace valetkey
