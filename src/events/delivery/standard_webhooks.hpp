#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/secret.hpp"
#include "model/time.hpp"
#include "ports/http_client.hpp"
#include "ports/random.hpp"

namespace valetkey::events {

/// A new secret of a destination: `whsec_` and 32 random bytes in base64 (Standard Webhooks 1.0).
model::Secret make_webhook_secret(ports::Random& random);

/// `v1,` and the base64 of HMAC-SHA-256 over `{id}.{unix seconds}.{body}`. Empty for a secret that make_webhook_secret() did not make.
std::string webhook_signature(const model::Secret& secret, std::string_view id, model::WallTime at, std::string_view body);

/// webhook-id, webhook-timestamp and webhook-signature, one signature for each secret, separated by spaces.
ports::Headers webhook_headers(std::span<const model::Secret> secrets, std::string_view id, model::WallTime at, std::string_view body);

}  // namespace valetkey::events
