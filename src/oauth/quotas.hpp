#pragma once
#include <cstdint>

#include "model/tenant.hpp"
#include "ports/store.hpp"

namespace valetkey::oauth {

/// How much one tenant may have, unless its policy says otherwise.
struct Quotas {
  std::int64_t credentials = 1'000;
  std::int64_t connections = 10'000'000;
  std::int64_t integrations = 100;
  std::int64_t callback_keys = 2'000;
  std::int64_t keys = 1'000;

  /// As a policy that leaves no limit open.
  [[nodiscard]] model::Policy as_policy() const { return {.max_credentials = credentials, .max_connections = connections}; }
};

/// One more row fits into a quota of `most`; read in the unit that makes it.
inline ports::ExpectFewer room_for_one(model::Kind kind, const model::TenantId& tenant, std::int64_t most) {
  return {kind, tenant.str(), most - 1};
}

}  // namespace valetkey::oauth
