#pragma once
#include "oauth/client.hpp"
#include "oauth/token_response.hpp"

namespace valetkey::oauth {

/// What was asked for, where the answer does not say what was given.
struct Asked {
  std::vector<std::string> scopes;
  std::string audience;
  model::WallTime sent_at{};  ///< before the request left
};

/// `grant` with the tokens of `answer` sealed into it, as generation `generation`: the new refresh token replaces the old, no new one
/// keeps it (RFC 6749 6); failures are cleared here and nowhere else; due_at is computed.
ports::Answer<model::Grant> with_tokens(Context& context, const Client& client, model::Grant grant, std::int64_t generation,
                                        const TokenAnswer& answer, const Asked& asked);

}  // namespace valetkey::oauth
