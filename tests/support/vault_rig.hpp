#pragma once
#include <initializer_list>

#include "adapters/root_key/recovery_key.hpp"
#include "adapters/root_key/root_keys.hpp"
#include "adapters/system/system_random.hpp"
#include "support/fixed_random.hpp"
#include "support/memory_store.hpp"
#include "support/run_task.hpp"
#include "support/stepped_clock.hpp"
#include "vault/key_ring.hpp"

namespace valetkey::test {

using adapters::system::SystemRandom;

/// Root keys that are told apart by a letter: the first seals.
inline adapters::root_key::RootKeys root_keys(std::initializer_list<char> letters, ports::Random& random) {
  std::vector<model::Secret> keys;
  for (const char letter : letters) keys.emplace_back(std::string(31, 'r') + letter);
  return {std::move(keys), random};
}

/// A key service that can be away.
class BreakableWrapper final : public ports::KeyWrapper {
 public:
  explicit BreakableWrapper(ports::KeyWrapper& inner) : inner_(inner) {}
  bool is_away = false;

  [[nodiscard]] std::string current() const override { return inner_.current(); }
  ports::Answer<std::string> wrap(const model::Secret& key, std::string context) override {
    if (is_away) co_return model::fail(model::Code::kKeyUnavailable, "the key service is away");
    co_return co_await inner_.wrap(key, std::move(context));
  }
  ports::Answer<model::Secret> unwrap(std::string root, std::string wrapped, std::string context) override {
    if (is_away) co_return model::fail(model::Code::kKeyUnavailable, "the key service is away");
    co_return co_await inner_.unwrap(std::move(root), std::move(wrapped), std::move(context));
  }

 private:
  ports::KeyWrapper& inner_;
};

/// What a key ring needs, on a store in memory. Rings made on one rig are nodes, or the same node before and after a crash.
struct VaultRig {
  MemoryStore store;
  SteppedClock clock;
  FixedRandom random;
  adapters::root_key::RootKeys roots = root_keys({'a'}, random);
  BreakableWrapper wrapper{roots};

  std::unique_ptr<vault::KeyRing> ring(vault::Options options = {}) {
    auto made = std::make_unique<vault::KeyRing>(store, wrapper, clock, random, options);
    if (auto started = run(made->start()); !started) throw std::runtime_error(started.error().detail);
    return made;
  }
};

inline vault::Place place_of(std::string tenant, std::string record = "grant_1", std::string_view label = "refresh_token") {
  return {.label = label, .tenant = model::TenantId{std::move(tenant)}, .record = std::move(record), .revision = "7"};
}

}  // namespace valetkey::test
