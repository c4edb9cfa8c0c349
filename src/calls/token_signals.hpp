#pragma once
#include <optional>

#include "model/integration.hpp"
#include "ports/http_client.hpp"

namespace valetkey::calls {

/// The largest body that is looked into, or kept for a repeat; bytes.
inline constexpr std::uint64_t kMostKept = 64 << 10;

/// The first value of a header, any case; empty: absent.
std::string_view header_of(const ports::Headers& headers, std::string_view lower_name);

/// Whether the status alone says that the access token is no longer good.
bool is_expired_status(const model::ProxyFacts& facts, int status);
/// Whether the body may say so: one that must be JSON, and readable.
bool may_hold_expiry(const model::ExpiredBody& rule, int status, const ports::Headers& headers);
bool holds_expiry(const model::ExpiredBody& rule, std::string_view body);

/// Whether a reply means that the API was called too often.
bool is_rate_limited(const model::RateLimitSignal& signal, int status, const ports::Headers& headers);
/// Seconds until there are calls again, at least 1, by the declared header; nullopt: not told.
std::optional<model::Seconds> reset_after(const model::RateLimitSignal& signal, const ports::Headers& headers, model::WallTime now);

}  // namespace valetkey::calls
