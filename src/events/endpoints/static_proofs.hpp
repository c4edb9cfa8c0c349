#pragma once
#include <boost/json/value.hpp>

#include "services/incoming.hpp"

namespace valetkey::events {

// S34: a proof that never changes (a token in a header, a passcode in the body) is as good as the secret itself.

/// Replaces every value of the endpoint's secrets by `***`, wherever it stands in the request: as it is, percent-encoded, escaped as
/// JSON, in base64. Authorization by name and password goes whole, and so does the endpoint's key in the path.
void mask_static_proofs(services::Incoming& request, const services::EndpointValues& values, std::string_view endpoint_key);
/// The same in the texts of a payload.
void mask_static_proofs(boost::json::value& payload, const services::EndpointValues& values);

}  // namespace valetkey::events
