#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "adapters/root_key/root_keys.hpp"
#include "adapters/sqlite/inspection.hpp"
#include "adapters/sqlite/peek.hpp"
#include "adapters/system/system_clock.hpp"
#include "adapters/system/system_random.hpp"
#include "commands/command_line.hpp"
#include "commands/doctor_checks.hpp"
#include "commands/report.hpp"
#include "http/bootstrap.hpp"
#include "installation.hpp"
#include "model/records.hpp"
#include "root_key_choice.hpp"
#include "serve_lock.hpp"

namespace valetkey::commands {
namespace {

namespace fs = std::filesystem;
namespace sqlite = adapters::sqlite;
using model::Code;

constexpr std::uintmax_t kLittleSpace = std::uintmax_t{256} << 20U;

std::string told(const model::Error& error) {
  return error.log.text.empty() ? error.detail : fmt::format("{} ({})", error.detail, error.log.text);
}

void check_mode(const std::string& path, mode_t mode, uid_t owner, Findings& findings) {
  if ((mode & 077U) != 0)
    findings.warning("data_dir", fmt::format("others may look into {} (mode {:04o})", path, mode & 07777U), "run chmod 0700 " + path);
  if (owner != ::geteuid())
    findings.warning("data_dir", fmt::format("{} belongs to user {}, and this is user {}", path, owner, ::geteuid()),
                     "run doctor and serve as the same user");
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
    findings.problem("data_dir", fmt::format("{} cannot be written by this user", path), "change its owner or its mode", kRefused);
}

void check_space(const std::string& path, Findings& findings) {
  struct statvfs disk{};
  if (::statvfs(path.c_str(), &disk) != 0) return;
  const auto free = std::uintmax_t{disk.f_bavail} * disk.f_frsize;
  if (free < kLittleSpace)
    findings.warning("disk", fmt::format("{} MiB are free below {}", free >> 20U, path), "make room: a full disk stops every refresh");
  else findings.ok("disk", fmt::format("{} MiB are free below {}", free >> 20U, path));
}

/// Before its place in the store can be checked, since that needs the keys: what it says is shown, not acted upon.
std::optional<model::Installation> installation_of(const std::string& database) {
  auto rows = sqlite::peek(database, {.kind = model::Kind::kInstallation, .limit = 1});
  if (!rows || rows->empty()) return std::nullopt;
  auto installation = model::from_row<model::Installation>(rows->front());
  if (!installation) return std::nullopt;
  return std::move(*installation);
}

void check_copy(const Config& config, Findings& findings) {
  const auto installation = installation_of(config.database_path());
  if (!installation) return;
  const auto fingerprint = fingerprint_of(config);
  if (installation->hold)
    findings.warning("installation", fmt::format("this copy of the store is on hold: {}", installation->hold_reason),
                     "when no other copy of it runs, run `valetkey resume`");
  else if (fingerprint && *fingerprint != installation->fingerprint)
    findings.warning("installation", "this store was served from another machine or directory, and the next start puts it on hold",
                     "when no other copy of it runs, run `valetkey resume`");
  else findings.ok("installation", fmt::format("{}, not on hold", installation->id));
  if (installation->created_at > adapters::system::SystemClock().wall_now())
    findings.problem("clock", fmt::format("the store was made at {}, which is in the future", model::to_rfc3339(installation->created_at)),
                     "set the clock", kRefused);
}

void check_rescue(const Config& config, Findings& findings) {
  std::error_code ignored;
  std::size_t waiting = 0;
  for (const auto& entry : fs::directory_iterator(config.rescue_path(), ignored)) waiting += entry.path().extension() == ".rescue" ? 1 : 0;
  if (waiting > 0)
    findings.warning("rescue", fmt::format("{} tokens in {} are not in the database yet", waiting, config.rescue_path()),
                     "start `valetkey serve`, which saves them, and remove nothing there");
}

std::string advice_for(Code code) {
  if (code == Code::kIntegrity) return "restore a backup into another data_dir";
  if (code == Code::kNotSupported) return "run the version that wrote it";
  return "check the disk and the permissions";
}

/// Whether each key of the store has a wrap under one of the keys.
void check_all_wraps(const std::string& database, const std::vector<std::string>& given, Findings& findings) {
  const auto needed = root_keys_that_open(database);
  if (!needed) return;
  std::vector<std::string> unknown;
  std::ranges::copy_if(*needed, std::back_inserter(unknown),
                       [&](const auto& name) { return std::ranges::find(given, name) == given.end(); });
  if (!unknown.empty())
    findings.warning("root_key", fmt::format("some data is also, or only, under root key {}, which is not given", fmt::join(unknown, ", ")),
                     "give it as a second key and run `valetkey rotate root`");
  else if (given.size() > 1 && needed->size() == 1 && needed->front() == given.front())
    findings.ok("root_key", "the first key opens everything, the others are not needed any more");
  else if (given.size() > 1)
    findings.warning("root_key", "a rotation is not finished: older keys are still needed", "run `valetkey rotate root`");
}

void check_missing_key(const Config& config, Findings& findings) {
  const auto is_empty = sqlite::peek_is_empty(config.database_path());
  if (is_empty && *is_empty) findings.ok("root_key", fmt::format("there is none yet; `valetkey serve` makes {}", config.root_key_path()));
  else
    findings.problem("root_key", fmt::format("there is no {}, and the database holds data", config.root_key_path()),
                     "put the file back, or set root_key_file", kRefused);
}

}  // namespace

void check_data_dir(const Config& config, Findings& findings) {
  struct stat facts{};
  const auto& path = config.data_dir;
  if (::stat(path.c_str(), &facts) != 0) {
    findings.ok("data_dir", fmt::format("there is no {} yet; `valetkey serve` makes it", path));
    return;
  }
  if (!S_ISDIR(facts.st_mode)) {
    findings.problem("data_dir", fmt::format("{} is no directory", path), "set data_dir to another place", kRefused);
    return;
  }
  findings.ok("data_dir", fs::absolute(path).lexically_normal().string());
  check_mode(path, facts.st_mode, facts.st_uid, findings);
  check_space(path, findings);
  check_rescue(config, findings);
}

void check_keys(const Config& config, Findings& findings) {
  const auto keys = root_keys_of(config);
  if (!keys && keys.error().code == Code::kNotFound) return check_missing_key(config, findings);
  if (!keys) return findings.problem("root_key", keys.error().detail, "see docs/operations.md, Keys", kRefused);
  adapters::system::SystemRandom random;
  const adapters::root_key::RootKeys named(*keys, random);
  if (const auto fits = check_root_keys(config, *keys); !fits)
    return findings.problem("root_key", told(fits.error()), "see docs/operations.md, Keys", kRefused);
  const auto place = config.root_keys.empty() ? config.root_key_path() : "VALETKEY_ROOT_KEY";
  findings.ok("root_key", fmt::format("{} ({}), keep a copy apart from every backup", named.current(), place));
  std::error_code ignored;
  if (fs::exists(config.database_path(), ignored)) check_all_wraps(config.database_path(), named.names(), findings);
}

void check_database(const Config& config, Findings& findings) {
  const auto path = config.database_path();
  const auto seen = sqlite::inspect(path);
  if (!seen) return findings.problem("database", fmt::format("{}: {}", path, told(seen.error())), advice_for(seen.error().code), kRefused);
  if (!seen->exists) return findings.ok("database", fmt::format("there is no {} yet; `valetkey serve` makes it", path));
  for (const auto& problem : seen->problems)
    findings.problem("database", fmt::format("{}: {}", path, problem), advice_for(Code::kIntegrity), kRefused);
  if (seen->problems.empty()) findings.ok("database", fmt::format("{} is sound", path));
  if (seen->pending_migrations > 0)
    findings.ok("database", fmt::format("{} migrations are to be applied; `valetkey serve` does it", seen->pending_migrations));
  if (ServeLock::is_taken(config.data_dir)) findings.ok("serve", fmt::format("a server runs on {}", config.data_dir));
  check_copy(config, findings);
}

}  // namespace valetkey::commands
