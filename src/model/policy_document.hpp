#pragma once
#include <boost/json/value.hpp>
#include <vector>

#include "model/error.hpp"
#include "model/tenant.hpp"

namespace valetkey::model {

/// `current` with the members that `document` gives; null gives a limit back to the installation's default. kInvalidInput, with
/// pointers below `pointer`.
Result<Policy> read_policy(const boost::json::value& document, const Policy& current, std::string_view pointer = "");

boost::json::object to_json(const Policy& policy);

/// The members in which `after` allows more than `before`, as faults. `defaults` has every limit.
std::vector<FieldError> loosened(const Policy& before, const Policy& after, const Policy& defaults);

}  // namespace valetkey::model
