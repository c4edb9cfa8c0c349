#include "commands/process.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>

namespace valetkey::commands {
namespace {

TEST(Process, security_s42_leaves_no_core_file_and_is_not_dumpable) {
  const auto is_hardened = [] {
    harden_process();
    rlimit core{.rlim_cur = 1, .rlim_max = 1};
    return ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
  };
  EXPECT_EXIT(std::_Exit(is_hardened() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(Process, waits_for_a_signal_that_was_sent_before) {
  const auto ends = [] {
    const auto signals = block_end_signals();
    ::raise(SIGPIPE);
    ::raise(SIGTERM);
    wait_for_end(signals);
    return true;
  };
  EXPECT_EXIT(std::_Exit(ends() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(Process, opens_as_many_files_as_it_may) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  raise_open_files();
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_GE(after.rlim_cur, before.rlim_cur);
  EXPECT_GE(after.rlim_cur, std::min<rlim_t>(65'536, before.rlim_max));
  EXPECT_EQ(after.rlim_max, before.rlim_max);
}

}  // namespace
}  // namespace valetkey::commands
