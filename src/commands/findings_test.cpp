#include "commands/findings.hpp"

#include <gmock/gmock.h>

#include "commands/command_line.hpp"
#include "commands/report.hpp"

namespace valetkey::commands {
namespace {

TEST(Findings, a_line_for_each_and_the_highest_status) {
  Findings findings;
  EXPECT_EQ(findings.status(), kOk);
  findings.ok("clock", "right");
  findings.warning("disk", "little space", "make room");
  EXPECT_EQ(findings.status(), kOk);
  findings.problem("root_key", "none", "give it", kRefused);
  findings.problem("listen", "in use", "end it", kBadConfiguration);
  EXPECT_EQ(findings.status(), kRefused);
  EXPECT_THAT(findings.lines(), testing::ElementsAre("ok       clock: right", "warning  disk: little space; make room",
                                                     "problem  root_key: none; give it", "problem  listen: in use; end it"));
}

TEST(Report, status_of_an_error) {
  EXPECT_EQ(status_of(model::Code::kInvalidInput), 2);
  for (const auto code : {model::Code::kKeyUnavailable, model::Code::kIntegrity, model::Code::kStoreUnavailable, model::Code::kConflict,
                          model::Code::kNotSupported})
    EXPECT_EQ(status_of(code), 3);
}

}  // namespace
}  // namespace valetkey::commands
