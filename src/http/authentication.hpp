#pragma once
#include <memory>
#include <string_view>

#include "http/caller.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "ports/clock.hpp"
#include "ports/event_bus.hpp"
#include "ports/random.hpp"
#include "vault/records.hpp"

namespace valetkey::http {

/// Finds out who calls. Verified keys are remembered in memory for at most 1 s between reads of the store, so that a revoked key is
/// refused within 2 s on every node (DESIGN 5.9). Thread safe.
class Authentication {
 public:
  Authentication(const vault::Records& records, const vault::KeyRing& keys, ports::EventBus& bus, const ports::Clock& clock,
                 ports::Random& random);
  ~Authentication();

  /// The caller of `Authorization: Bearer vk_... | vki_...`, read from nowhere else (S23). kUnauthenticated; kStoreUnavailable.
  ports::Answer<std::shared_ptr<const Caller>> caller_of(const Request& request);
  /// The same without suspending; null where that takes a read of the store, or where there is an error to tell: ask caller_of().
  std::shared_ptr<const Caller> caller_now(const Request& request);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// kForbidden, saying which scope is missing, or kUnauthenticated for the wrong kind of key.
model::Result<void> check_needs(const Needs& needs, const Caller& caller);

}  // namespace valetkey::http
