#pragma once
#include <boost/json/object.hpp>
#include <initializer_list>
#include <string_view>

#include "ports/config_services.hpp"
#include "services/incoming.hpp"

namespace valetkey::services {

/// What the prelude makes the arguments of a script's function of.
boost::json::object script_input(boost::json::value first, boost::json::object context, std::initializer_list<std::string_view> handles);

/// Without the values of secrets; a body that is not UTF-8 is base64 there, and raw to the handles.
boost::json::object request_document(const Incoming& request);
boost::json::object endpoint_context(const Incoming& request, const EndpointValues& values);
/// What verification found, for parsers.
boost::json::object verdict_document(const Verdict& verdict);
boost::json::object event_document(const Message& message);
boost::json::object account_document(const ports::ConnectedAccount& account);
/// Names of secrets, never their values.
boost::json::object step_document(const ports::TokenStep& step);

/// Whether every byte sequence of `text` is UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace valetkey::services
