#pragma once
#include "ports/config_services.hpp"
#include "services/http_service.hpp"

namespace valetkey::services {

// What HTTP services of the operator's are told of accounts, and how their answers are read (docs/webhooks.md).

/// `{"app_user_id": "..."}`; empty: it finds none.
ports::Answer<std::string> ask_for_user(HttpService& http, const Service& service, const ports::ConnectedAccount& account);

/// `{"outcome", "reason"?, "account"?, "expires_at"?, "scopes"?}`. It is told the connection, not the token: it may read that with its
/// own API key. Anything but such an answer is kUnknown.
ports::Task<ports::TokenValidation> ask_for_validation(HttpService& http, const Service& service, const ports::ValidationCall& call);

/// The members of a token response, or `{"error", "error_description"?}`. Of the step's secrets it is told those that the parameter
/// `send_secrets` of the credential's config_params names, separated by spaces: client_secret, refresh_token, access_token, code,
/// code_verifier, username, password.
ports::Task<std::expected<boost::json::object, ports::TokenStepFailure>> ask_for_tokens(HttpService& http, const Service& service,
                                                                                        const ports::TokenStep& step);

}  // namespace valetkey::services
