#pragma once
#include <string>
#include <vector>

#include "events/context.hpp"
#include "events/ingress/de_duplication.hpp"
#include "events/ingress/stored_request.hpp"

namespace valetkey::events {

/// A request on its way to the store.
struct Keepable {
  model::ReceivedRequest request;       ///< `raw` is sealed already
  std::vector<StoredMessage> messages;
  std::vector<Marks> marks;             ///< one for each message; empty: nothing is de-duplicated
  std::string replay;                   ///< mark of what works once; empty: nothing
  model::Seconds replay_for{0};
};

enum class Kept {
  kStored,
  kDuplicate,  ///< all of its events were seen before; nothing was written
};

/// The one durable write of a webhook: the request and that its events were seen, all or nothing, so that of two equal requests at
/// once one is kept. There are no reads before it; they follow where it fails.
/// kNotFound: the endpoint is gone meanwhile. kStoreUnavailable, kStoreBusy.
ports::Answer<Kept> keep_request(Context& context, Keepable keepable);

}  // namespace valetkey::events
