#pragma once
#include <boost/json/object.hpp>
#include <vector>

#include "events/ingress/stored_message.hpp"
#include "model/received_request.hpp"
#include "services/incoming.hpp"
#include "vault/key_ring.hpp"

namespace valetkey::events {

// What a ReceivedRequest keeps sealed, under the tenant's key of events (S34, S40).

/// A request with what its verification found that its parser needs.
struct RawRequest {
  services::Incoming incoming;  ///< static proofs are `***` (events/endpoints/static_proofs)
  services::Verdict verdict;    ///< claims, and what the signature covers
};

ports::Answer<void> seal_raw(vault::KeyRing& keys, model::ReceivedRequest& request, const RawRequest& raw);
ports::Answer<void> seal_messages(vault::KeyRing& keys, model::ReceivedRequest& request, const std::vector<StoredMessage>& messages);

/// kIntegrity and kKeyUnavailable as KeyRing::open.
ports::Answer<RawRequest> open_raw(vault::KeyRing& keys, const model::ReceivedRequest& request);
/// Empty for a request that is not parsed yet.
ports::Answer<std::vector<StoredMessage>> open_messages(vault::KeyRing& keys, const model::ReceivedRequest& request);

}  // namespace valetkey::events
