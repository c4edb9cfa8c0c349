#pragma once
#include <boost/json/object.hpp>

#include "services/library/own_services.hpp"

namespace valetkey::http {

/// The head of a tenant's own service, as lists show it.
boost::json::object service_summary(const model::ConfigService& head);
/// The same with what it does now: `document`, `source` or `url`.
boost::json::object service_document(const services::OwnService& service);
/// One version of it.
boost::json::object version_document(const model::ConfigService& head, const model::ServiceVersion& version);

}  // namespace valetkey::http
