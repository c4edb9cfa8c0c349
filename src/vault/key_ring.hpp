#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/id.hpp"
#include "model/sealed.hpp"
#include "model/secret.hpp"
#include "ports/clock.hpp"
#include "ports/key_wrapper.hpp"
#include "ports/random.hpp"
#include "ports/store.hpp"
#include "vault/options.hpp"
#include "vault/place.hpp"

namespace valetkey::vault {

/// No row of any kind: only then may a root key be made (S42).
ports::Answer<bool> is_empty_store(ports::Store& store);

struct RetiredDataKey {
  std::string id;
  model::WallTime retired_at{};
};

/// Envelope encryption: data keys per tenant and purpose, wrapped by root keys. Thread safe.
///
/// Fields are sealed with AES-256-GCM under random 96-bit nonces. Seals are counted per data key in durable blocks; at 2^30 a new
/// key is made, at 2^32 sealing is refused (S40). One installation-wide integrity key makes MACs and keyed hashes (S41, S17).
class KeyRing {
 public:
  /// All arguments outlive the ring.
  KeyRing(ports::Store& store, ports::KeyWrapper& wrapper, const ports::Clock& clock, ports::Random& random, Options options = {});
  ~KeyRing();

  /// At start: makes the integrity key in an empty store, else opens it. kKeyUnavailable when no root key fits, kIntegrity when the store
  /// holds records but no integrity key; nothing is changed then.
  ports::Answer<void> start();

  /// Makes the next seals of the tenant independent of the store. Called before a token is spent, so that what comes back can be sealed
  /// (DESIGN 5.3) even when the store has gone away meanwhile. Costs nothing when all is ready.
  ports::Answer<void> prepare(Purpose purpose, model::TenantId tenant);
  ports::Answer<model::Sealed> seal(Place place, model::Secret plain);
  /// kIntegrity when the bytes are not what was sealed at this place; kKeyUnavailable when the data key is gone.
  ports::Answer<model::Secret> open(Place place, model::Sealed sealed);
  /// The same without suspending, for the hot path: nullopt when the data key is not in memory yet.
  std::optional<model::Result<model::Secret>> try_open(const Place& place, const model::Sealed& sealed);

  /// HMAC-SHA-256 under the integrity key, raw bytes; `label` separates uses. Only after start().
  [[nodiscard]] std::string mac(std::string_view label, std::string_view bytes) const;

  /// Id of the data key that sealed the bytes, so that resealing finds what is left; empty for bytes that nothing sealed.
  [[nodiscard]] static std::string data_key_of(const model::Sealed& sealed);
  /// Id of the data key that seals for a tenant now; makes the first one.
  ports::Answer<std::string> current_data_key(Purpose purpose, model::TenantId tenant);
  /// Makes a new data key for the tenant's seals; the old one opens until forget_data_key(). Answers the new id. Other nodes go over
  /// to it within Options::current_for.
  ports::Answer<std::string> rotate_data_key(Purpose purpose, model::TenantId tenant);
  ports::Answer<std::vector<RetiredDataKey>> retired_data_keys(Purpose purpose, model::TenantId tenant);
  /// Erases a retired data key once nothing is sealed by it, which the caller has made sure of (vault/reseal). kConflict for a key that
  /// seals; no error for one that is gone.
  ports::Answer<void> forget_data_key(std::string id);
  /// Wraps every key again under the root key that wraps now, and under no other, so that older root keys can be retired. Answers how
  /// many were changed. Repeatable after a crash.
  ports::Answer<std::int64_t> rewrap_all();
  /// Drops a tenant's keys from memory (after EraseTenant).
  void forget_tenant(const model::TenantId& tenant);

 private:
  ports::Answer<bool> rewrap(std::string id);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valetkey::vault
