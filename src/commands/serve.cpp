#include "commands/serve.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app.hpp"
#include "commands/command_line.hpp"
#include "commands/process.hpp"
#include "commands/report.hpp"

namespace valetkey::commands {

int serve(Config config) {
  const auto signals = block_end_signals();
  raise_open_files();
  auto app = App::start(std::move(config), {});
  if (!app) return refused(app.error());
  fmt::print("valetkey ready on {}\n", (*app)->url());
  std::fflush(stdout);
  wait_for_end(signals);
  (*app)->stop();
  return kOk;
}

}  // namespace valetkey::commands
