#include "adapters/system/process_usage.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

namespace valetkey::adapters::system {
namespace {

TEST(ProcessUsage, counts_what_is_open_and_used) {
  const auto before = process_usage();
  ASSERT_TRUE(before);
  EXPECT_GT(before->resident_bytes, 1 << 20);
  EXPECT_GT(before->most_open_files, before->open_files);
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(before->started_at, now + 1);
  EXPECT_GT(before->started_at, now - 3600);
  const int file = ::open("/dev/null", O_RDONLY);
  EXPECT_EQ(process_usage()->open_files, before->open_files + 1);
  ::close(file);
  // Burns until a tick of the kernel's count has passed; each round reads /proc itself.
  while (process_usage()->cpu_seconds <= before->cpu_seconds) {
  }
}

}  // namespace
}  // namespace valetkey::adapters::system
