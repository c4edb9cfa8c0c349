#pragma once
#include "model/error.hpp"
#include "services/incoming.hpp"
#include "services/service_document.hpp"

namespace valetkey::services {

inline constexpr std::size_t kMostBodyBytes = 1 << 20;
inline constexpr std::size_t kMostEvents = 1000;  ///< of one request

/// The events of a verified request, and the answer to it. kMalformedRequest, kPayloadTooLarge, kInvalidInput for a body that is not
/// what the document says: the request is `unparsed`. None is no fault: a heartbeat, or skipped.
model::Result<Parsed> read_events(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                  const Verdict& verdict);

/// The button click in a verified request; errors as above, and kInvalidInput where no form of the document fits.
model::Result<Action> read_action(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                  const Verdict& verdict);

}  // namespace valetkey::services
