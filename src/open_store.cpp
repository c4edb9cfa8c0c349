#include "open_store.hpp"

#include "block_on.hpp"

namespace valetkey {

model::Result<OpenStore> open_store(const Config& config, std::vector<model::Secret> keys, const ports::Clock& clock, ports::Random& random,
                                    ports::EventBus& bus) {
  OpenStore open;
  open.root_keys = std::make_unique<adapters::root_key::RootKeys>(std::move(keys), random);
  auto store = adapters::sqlite::SqliteStore::open(config.database_path(), clock, bus);
  if (!store) return model::fail(std::move(store.error()));
  open.store = std::move(*store);
  open.keys = std::make_unique<vault::KeyRing>(*open.store, *open.root_keys, clock, random);
  if (auto started = block_on(open.keys->start()); !started) return model::fail(std::move(started.error()));
  open.records = std::make_unique<vault::Records>(*open.store, *open.keys);
  return open;
}

}  // namespace valetkey
