#pragma once
#include <boost/json/value.hpp>
#include <vector>

#include "services/service_document.hpp"

namespace valetkey::services::verify {

/// The items that the rule splits a body into; the body itself where it does not. Views into `body`.
std::vector<const boost::json::value*> items_of(const ParseRule* rule, const boost::json::value* body);

}  // namespace valetkey::services::verify
