#pragma once
#include <string>

#include "services/verify/request_view.hpp"
#include "services/verify/signature_header.hpp"

namespace valetkey::services::verify {

/// The timestamp as it stands in the request, found to be within `past` and `future` of `received_at`, both included. Rejects with
/// timestamp_missing, timestamp_malformed, timestamp_too_old, timestamp_in_future.
Finding<std::string> checked_timestamp(const TimestampRule& rule, RequestView& view, const model::Pairs& signature_fields, Trace& trace);

}  // namespace valetkey::services::verify
