#pragma once
#include "adapters/local_bus/local_bus.hpp"
#include "adapters/system/system_clock.hpp"
#include "adapters/system/system_random.hpp"
#include "open_store.hpp"

namespace valetkey::commands {

/// What a command works on: an existing store and its keys, beside a running server or without one.
struct Opened {
  adapters::system::SystemClock clock;
  adapters::system::SystemRandom random;
  adapters::local_bus::LocalBus bus;
  OpenStore open;
};

/// Never makes a database or a root key, and touches nothing when the keys do not fit.
model::Result<std::unique_ptr<Opened>> open_existing(const Config& config);

/// kNotFound, saying what to do.
model::Result<void> check_database_exists(const Config& config);

}  // namespace valetkey::commands
