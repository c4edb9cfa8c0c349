#pragma once
#include <memory>

#include "adapters/root_key/root_keys.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "config.hpp"
#include "ports/clock.hpp"
#include "ports/event_bus.hpp"
#include "ports/random.hpp"
#include "vault/records.hpp"

namespace valetkey {

/// Store and keys, opened: what `serve` and the commands begin with. Clock, random, bus and metrics outlive it.
struct OpenStore {
  std::unique_ptr<adapters::root_key::RootKeys> root_keys;
  std::unique_ptr<adapters::sqlite::SqliteStore> store;
  std::unique_ptr<vault::KeyRing> keys;
  std::unique_ptr<vault::Records> records;
};

/// Opens the database under `keys` (root_key_choice.hpp), made where it is missing. kKeyUnavailable when none of them fits. A backup
/// is on hold from its first opening. `metrics` may be null.
model::Result<OpenStore> open_store(const Config& config, std::vector<model::Secret> keys, const ports::Clock& clock, ports::Random& random,
                                    ports::EventBus& bus, ports::Metrics* metrics = nullptr);

}  // namespace valetkey
