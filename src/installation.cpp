#include "installation.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <system_error>

#include "http/bootstrap.hpp"
#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::Code;
using model::Installation;

constexpr std::string_view kChanged = "fingerprint changed";
constexpr int kAttempts = 100;  // lost races against a running server

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

std::string machine_of(const Config& config) {
  if (!config.machine_id.empty()) return config.machine_id;
  std::ifstream file("/etc/machine-id");
  std::string id;
  if (std::getline(file, id) && !id.empty() && id != "uninitialized") return id;
  return host_name();
}

/// Reads, lets `change` decide, and writes unless another process was faster; then again.
ports::Answer<Installation> changed(const vault::Records& records, std::function<ports::Unit(Installation&)> change) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto installation = co_await records.load_any<Installation>(std::string(http::kInstallationRow));
    if (!installation) co_return installation;
    const auto before = *installation;
    auto unit = change(*installation);
    if (unit.writes.empty() && unit.audit.empty()) co_return installation;
    unit.preconditions.emplace_back(vault::Records::unchanged(before));
    auto applied = co_await records.store().apply(std::move(unit));
    if (applied) co_return co_await records.load_any<Installation>(std::string(http::kInstallationRow));
    if (applied.error().code != Code::kPreconditionFailed) co_return model::fail(std::move(applied.error()));
  }
  co_return model::fail(Code::kStoreBusy, "change the installation record: others kept changing it");
}

model::AuditEntry audit_of(const ports::Clock& clock, std::string action, std::string reason) {
  return {.at = clock.wall_now(),
          .actor = "system",
          .action = std::move(action),
          .target = std::string(http::kInstallationRow),
          .detail = fmt::format(R"({{"reason":"{}"}})", reason)};
}

ports::Answer<Installation> first(const vault::Records& records, const ports::Clock& clock, ports::Random& random,
                                  std::string fingerprint) {
  auto tenants = co_await records.store().count({.kind = model::Kind::kTenant});
  if (!tenants) co_return model::fail(std::move(tenants.error()));
  if (*tenants > 0)
    co_return model::fail(Code::kIntegrity, "open the store: it holds tenants but no installation record; restore a backup that is whole");
  const auto now = clock.wall_now();
  const Installation made{
      .id = model::make_id_text("inst_", now, random.bytes(10)), .fingerprint = std::move(fingerprint), .created_at = now};
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kInstallation, std::string(http::kInstallationRow)});
  unit.writes.emplace_back(records.put(made));
  auto applied = co_await records.store().apply(std::move(unit));
  // Another node that starts on the same empty store was first: its record counts.
  if (!applied && applied.error().code != Code::kPreconditionFailed) co_return model::fail(std::move(applied.error()));
  co_return co_await records.load_any<Installation>(std::string(http::kInstallationRow));
}

}  // namespace

model::Result<std::string> fingerprint_of(const Config& config) {
  const auto folder = fs::absolute(config.database_path()).parent_path();
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) != 0)
    return model::fail(Code::kStoreUnavailable, fmt::format("look at the directory of the database, {}: {}", folder.string(),
                                                            std::generic_category().message(errno)));
  std::error_code error;
  auto place = fs::weakly_canonical(fs::absolute(config.data_dir), error);
  if (error) place = fs::absolute(config.data_dir).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  return model::to_hex(
      model::sha256(model::length_prefixed({"installation", machine_of(config), place.native(), std::to_string(facts.st_ino)})));
}

ports::Answer<Installation> check_installation(const vault::Records& records, const ports::Clock& clock, ports::Random& random,
                                               std::string fingerprint) {
  auto checked = co_await changed(records, [&](Installation& stored) {
    ports::Unit unit;
    if (stored.fingerprint == fingerprint) return unit;
    stored.fingerprint = fingerprint;
    if (!stored.hold) {
      stored.hold = true;
      stored.hold_reason = kChanged;
      unit.audit.push_back(audit_of(clock, "installation.held", stored.hold_reason));
    }
    unit.writes.emplace_back(records.put(stored));
    return unit;
  });
  if (!checked && checked.error().code == Code::kNotFound) co_return co_await first(records, clock, random, std::move(fingerprint));
  co_return checked;
}

ports::Answer<void> hold_installation(const vault::Records& records, const ports::Clock& clock, std::string fingerprint,
                                      std::string reason) {
  auto held = co_await changed(records, [&](Installation& stored) {
    if (!fingerprint.empty()) stored.fingerprint = fingerprint;
    stored.hold = true;
    stored.hold_reason = reason;
    ports::Unit unit;
    unit.writes.emplace_back(records.put(stored));
    unit.audit.push_back(audit_of(clock, "installation.held", reason));
    return unit;
  });
  if (!held) co_return model::fail(std::move(held.error()));
  co_return model::Result<void>{};
}

ports::Answer<bool> resume_installation(const vault::Records& records, const ports::Clock& clock, std::string fingerprint) {
  bool was_held = false;
  auto resumed = co_await changed(records, [&](Installation& stored) {
    ports::Unit unit;
    const bool moves = !fingerprint.empty() && stored.fingerprint != fingerprint;
    was_held = stored.hold;
    if (!stored.hold && !moves) return unit;
    if (moves) stored.fingerprint = fingerprint;
    if (was_held) unit.audit.push_back(audit_of(clock, "installation.resumed", stored.hold_reason));
    stored.hold = false;
    stored.hold_reason.clear();
    unit.writes.emplace_back(records.put(stored));
    return unit;
  });
  if (!resumed) co_return model::fail(std::move(resumed.error()));
  co_return was_held;
}

}  // namespace valetkey
