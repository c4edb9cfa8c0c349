#pragma once
#include <vector>

#include "model/secret.hpp"
#include "services/verify/finding.hpp"
#include "services/verify/request_view.hpp"

namespace valetkey::services::verify {

/// The values of the key's secret, newest first, as bytes that a scheme takes: chosen, without prefix, decoded, derived. None is empty:
/// an empty key would sign anything for anybody. secret_missing where there is none, secret_unusable where none can be read.
/// `facts` is for `select`.
Finding<std::vector<model::Secret>> secret_keys(const KeySource& source, const EndpointValues& values, const Facts& facts, Trace& trace);

}  // namespace valetkey::services::verify
