#include "commands/restore.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/inspection.hpp"
#include "block_on.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "installation.hpp"
#include "root_key_choice.hpp"
#include "serve_lock.hpp"

namespace valetkey::commands {
namespace {

namespace fs = std::filesystem;
namespace sqlite = adapters::sqlite;
using model::Code;
using model::Result;

constexpr std::array kSuffixes{"", "-wal", "-shm", "-journal"};
constexpr std::string_view kLog = "-wal";

/// The database as it is written, until it is whole.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) {}
  Unfinished(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code ignored;
    for (const auto* suffix : kSuffixes) fs::remove(path_ + suffix, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Config with_database(Config config, const std::string& path) {
  config.database_url = "sqlite:" + path;
  return config;
}

Result<void> check_place(const Config& config) {
  std::error_code ignored;
  const auto path = config.database_path();
  // A log that was left behind would be played into the restored file.
  for (const auto* suffix : kSuffixes)
    if (fs::exists(fs::symlink_status(path + suffix, ignored)))
      return model::fail(Code::kConflict, fmt::format("restore to {}: there is {}{} already, and nothing is overwritten; move it away, or "
                                                      "set data_dir to another place",
                                                      path, path, suffix));
  return {};
}

Result<void> check_backup(const std::string& backup) {
  auto seen = sqlite::inspect(backup);
  if (!seen) return model::fail(model::in_context(std::move(seen.error()), "restore " + backup));
  if (!seen->exists) return model::fail(Code::kNotFound, fmt::format("restore {}: there is no such file", backup));
  if (!seen->problems.empty())
    return model::fail(Code::kIntegrity, fmt::format("restore {}: the database is damaged: {}", backup, seen->problems.front()));
  if (seen->is_empty) return model::fail(Code::kIntegrity, fmt::format("restore {}: it holds nothing", backup));
  return {};
}

Result<void> copy_file(const std::string& from, const std::string& to) {
  if (auto made = sqlite::make_new_file(to); !made) return made;
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return model::fail(Code::kStoreUnavailable, fmt::format("copy {} to {}: {}", from, to, error.message()));
  return {};
}

/// With the log, when it is a copy of a store's files and not a backup.
Result<void> copy(const std::string& backup, const std::string& target) {
  if (auto copied = copy_file(backup, target); !copied) return copied;
  std::error_code ignored;
  const auto log = backup + std::string(kLog);
  if (!fs::exists(log, ignored)) return {};
  return copy_file(log, target + std::string(kLog));
}

Result<void> hold(const Config& config, const std::string& path) {
  auto fingerprint = fingerprint_of(config);
  if (!fingerprint) return model::fail(std::move(fingerprint.error()));
  auto opened = open_existing(with_database(config, path));
  if (!opened) return model::fail(std::move(opened.error()));
  return block_on(hold_installation(*(*opened)->open.records, (*opened)->clock, std::move(*fingerprint), "restored from backup"));
}

/// From the first byte that is written.
Result<void> write(const Config& config, const std::string& backup) {
  // Nobody may begin an empty store meanwhile.
  auto lock = ServeLock::take(config.data_dir);
  if (!lock) return model::fail(std::move(lock.error()));
  if (auto is_free = check_place(config); !is_free) return is_free;
  const auto target = config.database_path();
  const Unfinished unfinished(target + ".restoring");
  if (auto copied = copy(backup, unfinished.path()); !copied) return copied;
  if (auto held = hold(config, unfinished.path()); !held) return held;
  if (auto synced = sqlite::sync_file(unfinished.path()); !synced) return synced;
  std::error_code error;
  fs::rename(unfinished.path(), target, error);
  if (error) return model::fail(Code::kStoreUnavailable, fmt::format("restore to {}: {}", target, error.message()));
  return sqlite::sync_file(target);
}

}  // namespace

int restore(const Config& config, const std::string& backup) {
  if (auto is_free = check_place(config); !is_free) return refused(is_free.error());
  if (auto is_sound = check_backup(backup); !is_sound) return refused(is_sound.error());
  auto keys = root_keys_of(config);
  if (!keys) return refused(keys.error());
  if (auto fits = check_root_keys(with_database(config, backup), *keys); !fits) return refused(fits.error());
  if (auto written = write(config, backup); !written) return refused(written.error());
  fmt::print(
      "restored {} to {}\n"
      "it is on hold: it serves the tokens that live, and exchanges none; when no other copy of it runs, run `valetkey resume`\n",
      backup, config.database_path());
  return kOk;
}

}  // namespace valetkey::commands
