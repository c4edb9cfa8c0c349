#pragma once
#include <boost/json/value.hpp>
#include <string>

#include "ports/account_api.hpp"
#include "ports/config_services.hpp"
#include "services/service_document.hpp"

namespace valetkey::services {

/// The request that a check makes with the token of `call`.
ports::AccountCall request_of(const TokenCheck& check, const ports::ValidationCall& call);

/// What an answer says of the token; pure. 429, 5xx, redirects, and bodies that cannot be read where they are looked into are kUnknown,
/// whatever the document says: they are not about the token. Another account than the expected one is invalid(account_mismatch).
ports::TokenValidation judged(const TokenCheck& check, const ports::HttpResponse& response, const std::string& expected_account);

}  // namespace valetkey::services
