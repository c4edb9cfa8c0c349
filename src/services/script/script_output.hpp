#pragma once
#include <boost/json/value.hpp>

#include "ports/config_services.hpp"
#include "services/incoming.hpp"

namespace valetkey::services {

// What a script's answer must be (catalog/valetkey.d.ts). kInvalidInput says every member that is wrong.

model::Result<Verdict> read_verdict(const boost::json::value& answer);
model::Result<Parsed> read_parsed(const boost::json::value& answer);
model::Result<Action> read_action(const boost::json::value& answer);
/// null, a text, a list of texts, or {appUserId} of one of these.
model::Result<std::vector<std::string>> read_users(const boost::json::value& answer);
model::Result<ports::TokenValidation> read_validation(const boost::json::value& answer);

}  // namespace valetkey::services
