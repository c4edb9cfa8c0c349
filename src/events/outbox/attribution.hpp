#pragma once
#include <functional>
#include <string>
#include <vector>

#include "events/context.hpp"
#include "events/ingress/stored_message.hpp"
#include "model/connection.hpp"
#include "model/received_request.hpp"

namespace valetkey::events {

/// The application's user ids of a message: those of its parser, or what a script or http mapper of the credential makes of them.
using UsersOf = std::function<ports::Answer<std::vector<std::string>>(const model::ReceivedRequest&, const services::Message&)>;

/// What a connection must be like to be given an event: confirmed, and not revoked.
bool takes_events(const model::Connection& connection);

/// The connections that a message belongs to (S28): the endpoint's own, whatever the payload says; else those of the endpoint's credential
/// and of no other, by app_user_id. Each once.
ports::Answer<std::vector<model::Connection>> connections_of(const Context& context, const model::ReceivedRequest& request,
                                                             const std::vector<std::string>& users);

}  // namespace valetkey::events
