#include "commands/resume.hpp"

#include <fmt/format.h>

#include "block_on.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "installation.hpp"
#include "serve_lock.hpp"

namespace valetkey::commands {

int resume(const Config& config) {
  auto opened = open_existing(config);
  if (!opened) return refused(opened.error());
  // A running server has bound the store to itself, which may see the same directory under another name than this command.
  model::Result<std::string> fingerprint;
  if (!ServeLock::is_taken(config.data_dir)) fingerprint = fingerprint_of(config);
  if (!fingerprint) return refused(fingerprint.error());
  const auto was_held = block_on(resume_installation(*(*opened)->open.records, (*opened)->clock, std::move(*fingerprint)));
  if (!was_held) return refused(was_held.error());
  if (*was_held) fmt::print("resumed: this copy refreshes its tokens; any other copy of this store must stay on hold or be destroyed\n");
  else fmt::print("the store is not on hold\n");
  return kOk;
}

}  // namespace valetkey::commands
