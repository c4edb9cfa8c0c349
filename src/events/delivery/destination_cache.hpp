#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "events/context.hpp"
#include "model/destination.hpp"

namespace valetkey::events {

using DestinationPtr = std::shared_ptr<const model::Destination>;
using Destinations = std::shared_ptr<const std::vector<DestinationPtr>>;

/// The destinations of each tenant, read once and again when one of them changes. Thread safe.
class DestinationCache {
 public:
  explicit DestinationCache(Context& context);

  /// All of the tenant, the disabled ones too; but none that somebody has tampered with (S41): the others are served on.
  ports::Answer<Destinations> of(model::TenantId tenant);
  /// Null: there is none.
  ports::Answer<DestinationPtr> find(model::TenantId tenant, model::DestinationId id);

 private:
  struct State {
    std::mutex mutex;
    std::unordered_map<model::TenantId, Destinations> by_tenant;  // guarded by mutex
    std::uint64_t epoch = 0;                                      // the same; of changes
  };
  ports::Answer<std::vector<model::Destination>> page_of(ports::Query query);
  static void forget(State& state, const ports::Change* change);

  Context& context_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::shared_ptr<void> subscription_;
};

}  // namespace valetkey::events
