#include "open_store.hpp"

#include "adapters/sqlite/backup.hpp"
#include "block_on.hpp"
#include "installation.hpp"

namespace valetkey {
namespace {

/// A backup that somebody put in place by hand is as old as one that `valetkey restore` wrote, and its fingerprint does not tell.
model::Result<void> hold_backup(const std::string& database, const vault::Records& records, const ports::Clock& clock) {
  const auto is_backup = adapters::sqlite::has_backup_mark(database);
  if (!is_backup) return model::fail(is_backup.error());
  if (!*is_backup) return {};
  auto held = block_on(hold_installation(records, clock, "", "restored from backup"));
  if (!held && held.error().code != model::Code::kNotFound) return held;
  return adapters::sqlite::remove_backup_mark(database);
}

}  // namespace

model::Result<OpenStore> open_store(const Config& config, std::vector<model::Secret> keys, const ports::Clock& clock, ports::Random& random,
                                    ports::EventBus& bus, ports::Metrics* metrics) {
  OpenStore open;
  open.root_keys = std::make_unique<adapters::root_key::RootKeys>(std::move(keys), random);
  auto store = adapters::sqlite::SqliteStore::open(config.database_path(), clock, bus, {.metrics = metrics});
  if (!store) return model::fail(std::move(store.error()));
  open.store = std::move(*store);
  open.keys = std::make_unique<vault::KeyRing>(*open.store, *open.root_keys, clock, random);
  if (auto started = block_on(open.keys->start()); !started) return model::fail(std::move(started.error()));
  open.records = std::make_unique<vault::Records>(*open.store, *open.keys);
  if (auto held = hold_backup(config.database_path(), *open.records, clock); !held) return model::fail(std::move(held.error()));
  return open;
}

}  // namespace valetkey
