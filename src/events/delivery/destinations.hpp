#pragma once
#include <boost/json/object.hpp>
#include <functional>

#include "events/delivery/destination_document.hpp"
#include "events/outbound.hpp"

namespace valetkey::events {

/// A destination as it was made or changed; `secret` is empty unless there is a new one, which is told once.
struct DestinationChange {
  model::Destination destination;
  model::Secret secret{};
};
/// Adds what belongs to the change to its unit: audit, kept answers.
using AlongsideDestination = std::function<void(ports::Unit&, const DestinationChange&)>;

struct DestinationHealth {
  std::int64_t pending = 0;
  std::int64_t dead = 0;
  BreakerState breaker = BreakerState::kClosed;
  std::optional<model::WallTime> last_success_at;  ///< on this node, since it started
  std::optional<model::WallTime> last_failure_at;  ///< the same
};

/// Making and changing destinations.
class DestinationRecords {
 public:
  DestinationRecords(Context& context, Outbound& outbound) : context_(context), outbound_(outbound) {}

  ports::Answer<model::Destination> load(model::TenantId tenant, std::string id) const;
  ports::Answer<DestinationChange> create(model::TenantId tenant, const boost::json::object& body, AlongsideDestination alongside);
  /// A new URL is a new audience, with a new secret (S35), unless the change says to keep it.
  ports::Answer<DestinationChange> change(model::Destination before, const boost::json::object& body, AlongsideDestination alongside);
  /// The secrets so far sign for `overlap` more.
  ports::Answer<DestinationChange> rotate_secret(model::Destination destination, model::Seconds overlap, AlongsideDestination alongside);
  /// What is pending for it is cancelled.
  ports::Answer<void> remove(model::Destination destination, AlongsideDestination alongside);
  /// Sends a `destination.test` event now.
  ports::Answer<Attempted> test(const model::Destination& destination);
  ports::Answer<DestinationHealth> health(const model::Destination& destination) const;

 private:
  ports::Answer<model::Secret> add_secret(model::Destination& destination) const;
  ports::Answer<void> carry_secrets(const model::Destination& before, model::Destination& after) const;
  ports::Answer<DestinationChange> save(DestinationChange change, ports::Precondition expected,
                                        const AlongsideDestination& alongside) const;

  Context& context_;
  Outbound& outbound_;
};

}  // namespace valetkey::events
