#pragma once
#include "events/ingress/rejected_ring.hpp"
#include "services/services.hpp"

namespace valetkey::events {

struct RejectionFacts {
  model::RequestKind kind;
  std::string_view reason;
  std::string_view source;
  std::string_view endpoint_key;
  const services::Service* verifier;            ///< null: there is none
  const services::EndpointValues& values;
};

/// A refused request as it may be shown (S34): secrets are `***`, and so is what stands where the service expects a static proof, since
/// that may be one of another endpoint, or one that was mistyped here.
RejectedRequest rejected_request(const RejectionFacts& facts, services::Incoming incoming);

/// The reason as a label of a metric: a closed list, so that no script makes up new ones (S21).
std::string_view rejection_label(std::string_view reason);

}  // namespace valetkey::events
