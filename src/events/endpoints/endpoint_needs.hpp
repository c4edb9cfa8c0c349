#pragma once
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "events/endpoints/endpoint_document.hpp"

namespace valetkey::events {

/// The kinds that work at an endpoint.
inline constexpr std::array<std::string_view, 4> kEndpointServices{"webhook_event_verification", "webhook_parser", "action_callback_parser",
                                                                   "user_id_mapper"};

/// Whether a service of the endpoint uses a secret or parameter of this name; true where one does not say what it uses.
bool declares_secret(const EndpointServices& services, std::string_view name);
bool declares_parameter(const EndpointServices& services, std::string_view name);

/// Whether the application may give this secret itself (S31).
bool comes_by_handshake(const EndpointServices& services, std::string_view name);

/// `{secrets: [{name, title, help, from, is_optional, is_set}], parameters: [...], missing: [names]}`: what the services declare.
boost::json::object needs_document(const EndpointView& view, model::WallTime now);

/// What an operator should know: `[{code, reference, detail}]`.
boost::json::array endpoint_warnings(const EndpointView& view, model::WallTime now);

}  // namespace valetkey::events
