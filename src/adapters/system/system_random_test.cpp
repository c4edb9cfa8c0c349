#include "adapters/system/system_random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fixed_random.hpp"

namespace valetkey::adapters::system {
namespace {

TEST(FixedRandom, repeats_itself_by_seed) {
  test::FixedRandom one{5};
  test::FixedRandom same{5};
  test::FixedRandom other{6};
  const auto bytes = one.bytes(64);
  EXPECT_EQ(bytes, same.bytes(64));
  EXPECT_NE(bytes, other.bytes(64));
}

TEST(SystemRandom, gives_every_size) {
  SystemRandom random;
  for (const std::size_t size : {0U, 1U, 12U, 4095U, 4096U, 4097U, 10'000U}) EXPECT_EQ(random.bytes(size).size(), size);
  EXPECT_NE(random.bytes(32), random.bytes(32));
  EXPECT_EQ(random.token(32).size(), 43);
  const double fraction = random.fraction();
  EXPECT_GE(fraction, 0);
  EXPECT_LT(fraction, 1);
}

TEST(SystemRandom, security_s40_a_forked_child_does_not_repeat_its_parent) {
  SystemRandom random;
  (void)random.bytes(16);  // fills the buffer that the child inherits
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto drawn = random.bytes(32);
    _exit(write(ends[1], drawn.data(), drawn.size()) == 32 ? 0 : 1);
  }
  const auto ours = random.bytes(32);
  std::string theirs(32, '\0');
  EXPECT_EQ(read(ends[0], theirs.data(), theirs.size()), 32);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(ours, theirs);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace valetkey::adapters::system
