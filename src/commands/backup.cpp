#include "commands/backup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "adapters/sqlite/backup.hpp"
#include "adapters/sqlite/inspection.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "root_key_choice.hpp"

namespace valetkey::commands {
namespace {

namespace fs = std::filesystem;
namespace sqlite = adapters::sqlite;

model::Result<void> check_copy(const std::string& target) {
  auto seen = sqlite::inspect(target);
  if (!seen) return model::fail(std::move(seen.error()));
  if (seen->problems.empty()) return {};
  return model::fail(model::Code::kIntegrity,
                     fmt::format("check the backup {}: the database is damaged: {}", target, seen->problems.front()));
}

}  // namespace

int backup(const Config& config, const std::string& target) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error))) return misused(fmt::format("back up to {}: there is such a file already", target));
  const auto folder = fs::absolute(target).parent_path();
  if (!fs::is_directory(folder, error)) return misused(fmt::format("back up to {}: there is no directory {}", target, folder.string()));
  if (auto exists = check_database_exists(config); !exists) return refused(exists.error());

  if (auto copied = sqlite::backup(config.database_path(), target); !copied) return refused(copied.error());
  if (auto checked = check_copy(target); !checked) return refused(checked.error());
  const auto names = root_keys_that_open(target);
  if (!names) return refused(names.error());
  fmt::print("backed up {} to {} ({} bytes)\n", config.database_path(), target, fs::file_size(target, error));
  if (names->empty()) fmt::print("it holds nothing yet\n");
  else fmt::print("it is sealed, and opens only with root key {}, which is not in it: keep that apart\n", fmt::join(*names, ", "));
  if (fs::is_directory(config.rescue_path(), error) && !fs::is_empty(config.rescue_path(), error))
    fmt::print("tokens that could not be saved wait in {}, outside of it: let `valetkey serve` save them, then back up again\n",
               config.rescue_path());
  return kOk;
}

}  // namespace valetkey::commands
