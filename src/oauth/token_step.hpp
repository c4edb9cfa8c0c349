#pragma once
#include <string>

#include "oauth/client.hpp"
#include "ports/config_services.hpp"

namespace valetkey::oauth {

/// Whether services of the operator's stand in for the standard token requests. The frozen set decides, not the credential of today (S1).
bool has_custom_steps(const Client& client);

/// A step with what any of its kind is given; the caller adds its secrets.
ports::TokenStep token_step(const Client& client, ports::TokenStep::Kind kind, const std::map<std::string, std::string>& fields,
                            std::vector<std::string> scopes);

/// Names the service of the step's kind, and adds client id, client secrets from `secret_index` on and where it may send them.
/// A token that no service refreshes is generated again.
void complete(ports::TokenStep& step, const Client& client, std::size_t secret_index, std::string url);

}  // namespace valetkey::oauth
