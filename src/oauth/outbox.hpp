#pragma once
#include <boost/json/object.hpp>
#include <string_view>

#include "model/connection.hpp"
#include "model/credential.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// Events of the broker itself; each goes into the unit of the change that it tells (outbox). No secrets in `details`.
model::Event connection_event(const Context& context, std::string_view type, const model::Connection& connection,
                              boost::json::object details = {});
model::Event credential_event(const Context& context, std::string_view type, const model::Credential& credential,
                              boost::json::object details = {});

}  // namespace valetkey::oauth
