#pragma once
#include "ports/config_services.hpp"
#include "services/http_service.hpp"

namespace valetkey::services {

// HTTP services of the operator's are told of accounts what a script is told, and answer what it answers (catalog/valetkey.d.ts).

/// `{"appUserId": "..."}`; empty: it finds none.
ports::Answer<std::string> ask_for_user(HttpService& http, const Service& service, const ports::ConnectedAccount& account);

/// `{"outcome", "reason"?, "account"?, "expiresAt"?, "scopes"?}`. It is told the connection, not the token: it may read that with its
/// own API key. Anything but such an answer is kUnknown.
ports::Task<ports::TokenValidation> ask_for_validation(HttpService& http, const Service& service, const ports::ValidationCall& call);

/// The members of a token response, or `{"error", "error_description"?}`. Of the step's secrets it is told those that the parameter
/// `send_secrets` of the credential's config_params names, separated by spaces: client_secret, refresh_token, access_token, code,
/// code_verifier, username, password.
ports::Task<std::expected<boost::json::object, ports::TokenStepFailure>> ask_for_tokens(HttpService& http, const Service& service,
                                                                                        const ports::TokenStep& step);

}  // namespace valetkey::services
