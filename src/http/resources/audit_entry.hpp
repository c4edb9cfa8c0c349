#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "http/caller.hpp"
#include "model/event.hpp"
#include "ports/clock.hpp"

namespace valetkey::http {

/// A line of the audit log for a change by `caller` in its tenant; it goes into the unit of the change (S43). No secrets in `detail`.
model::AuditEntry audit_entry(const ports::Clock& clock, const Caller& caller, std::string_view action, std::string_view target,
                              boost::json::object detail = {});

}  // namespace valetkey::http
