#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "services/try_out.hpp"

namespace valetkey::http {

/// The body of POST /v1/services/try.
struct TryBody {
  std::string name;                                    ///< preset/slack, serv_...; empty: inline
  std::shared_ptr<const services::ServiceDocument> document;  ///< inline, declarative
  std::string source;                                  ///< inline, script
  std::vector<std::string> kinds;                      ///< inline, script; empty: those it has functions for
  std::string endpoint;                                ///< whose stored secrets are used; empty: those of `values`
  services::Tried tried = services::Tried::kWebhook;
  services::Incoming request;
  services::EndpointValues values;
};

/// kInvalidInput with every pointer; those of an inline document stand below `/service`.
model::Result<TryBody> read_try_body(const boost::json::object& body, model::WallTime now);

/// Every secret and parameter given is one that the document declares; kInvalidInput with pointers.
model::Result<void> check_declared(const services::ServiceDocument& document, const services::EndpointValues& values);

}  // namespace valetkey::http
